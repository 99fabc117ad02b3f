"""Slides: one finding each, its picture, two lines, how it is known, and what stands behind it."""

import math
import re
from datetime import datetime
from io import BytesIO
from pathlib import Path

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt
from xlsxwriter import Workbook

from hg_analysis import words
from hg_analysis.briefings.content import Text
from hg_analysis.briefings.record import Record, same_bytes
from hg_analysis.sheet import LIGHT
from hg_analysis.table import HOME
from hg_analysis.tools.export import cited

TEMPLATE = Path(__file__).with_name("template.pptx")
_WIDE, _HIGH = 1280, 720  # the grid of a slide; a template's own size is scaled to it
_LINE = 108  # letters that a line takes
_CHARTS = {
    "lines": XL_CHART_TYPE.LINE_MARKERS,
    "columns": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "stacked": XL_CHART_TYPE.COLUMN_STACKED,
}
_LANGUAGES = {"en": "en-GB", "vi": "vi-VN"}
_INK, _SECOND, _LEAD = MSO_THEME_COLOR.TEXT_1, MSO_THEME_COLOR.TEXT_2, MSO_THEME_COLOR.ACCENT_1
_GROUND, _PALE = MSO_THEME_COLOR.BACKGROUND_1, MSO_THEME_COLOR.ACCENT_5


def build(collection, themes, pictures, template=None):
    """Write slides of themes.

    Parameters
    ----------
    collection : hg_analysis.briefings.content.Collection
    themes : list of hg_analysis.briefings.content.Theme
    pictures : pathlib.Path
        The folder of the drawings, of which NAME-deck.png is shown.
    template : path-like, optional
        A presentation whose size, master and fonts are taken, and none of its slides.

    Returns
    -------
    bytes
        The same for the same content.
    """
    deck = _Deck(collection, pictures, template or TEMPLATE)
    for theme in themes:
        deck.opening(theme)
        for section in theme.sections:
            deck.finding(theme, section)
        deck.unknown(theme)
    for theme in themes:
        for section in theme.sections:
            if section.picture and section.picture["form"] in _CHARTS:
                deck.chart(section)
    return deck.bytes(themes)


class _Deck:
    """A presentation that is being written."""

    def __init__(self, collection, pictures, template):
        self.collection, self.pictures = collection, pictures
        self.record = Record(collection.language)
        self.file = Presentation(template)
        self.drop_slides()
        self.layout = min(self.file.slide_layouts, key=_others)
        self.title = next(p for p in self.layout.placeholders if _is_title(p))
        self.px = self.file.slide_width / _WIDE, self.file.slide_height / _HIGH
        self.left, self.right = (
            round(edge / self.px[0])
            for edge in (self.title.left, self.title.left + self.title.width)
        )
        self.top = round((self.title.top + self.title.height) / self.px[1])
        self.slide = None

    def drop_slides(self):
        listed = self.file.slides._sldIdLst
        for each in [*listed]:
            self.file.part.drop_rel(each.rId)
            listed.remove(each)

    def at(self, left, top, width, height):
        """Return a place on the grid in the units of the file."""
        across, down = self.px
        return [Emu(round(n)) for n in (left * across, top * down, width * across, height * down)]

    def points(self, px):
        return Pt(round(px * 0.75 * self.px[0] / 9525 * 2) / 2)

    def new(self, title, section=None):
        """Begin a slide with its message, and write what is stated at its foot."""
        self.slide = self.file.slides.add_slide(self.layout)
        self.where = str(len(self.file.slides))
        for shape in [*self.slide.placeholders]:
            if not _is_title(shape):
                shape._element.getparent().remove(shape._element)
        size = 36 if len(title.plain) <= 58 else min(30, int(4100 / len(title.plain)))
        self.paragraph(self.slide.shapes.title.text_frame, title, size, first=True, bold=None)
        rows = section.rows if section else []
        places = re.findall(r"¶\d+(?:\.\d+)?", " ".join(row.source for row in rows))
        said = {"project": words.name("site", "project"), "number": self.where}
        places = ", ".join([*dict.fromkeys(places)][:6])
        foot = words.label("brief_foot", **said)
        foot = words.label("brief_foot_places", **said, places=places) if places else foot
        known = self.known(rows)
        wide = self.right - self.left - (self.badge(known) + 20 if known else 0)
        self.box((self.left, 680, wide, 26), [Text(foot)], 15, color=_SECOND, name="Foot")

    def box(self, where, texts, px, *, color=_INK, name="Text", space=0, align=None, **look):
        """Write paragraphs into a box."""
        box = self.slide.shapes.add_textbox(*self.at(*where))
        box.name, frame = name, box.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        for number, text in enumerate(texts):
            written = self.paragraph(frame, text, px, first=not number, color=color, **look)
            written.space_after, written.alignment = self.points(space), align
        return box

    def paragraph(self, frame, text, px, *, first=False, bold=False, color=None, tail=""):
        """Write a text as a paragraph, its tail small, and remember it."""
        paragraph = frame.paragraphs[0] if first else frame.add_paragraph()
        self.run(paragraph, self.record.add(text, self.where).removesuffix(tail), px, bold, color)
        if tail:
            self.run(paragraph, tail, 20, color=_SECOND)
        return paragraph

    def run(self, paragraph, text, px, bold=False, color=None):
        """Write a part of a paragraph."""
        run = paragraph.add_run()
        run.text, run.font.size, run.font.bold = text, self.points(px), bold
        if color is not None:
            run.font.color.theme_color = color
        run._r.get_or_add_rPr().set("lang", _LANGUAGES[self.collection.language])

    def known(self, rows):
        """Say how firm the latest figures of the province among rows are."""
        own = [row for row in rows if row.place_id == HOME and " · " in row.origin]
        latest = max((_year(row) for row in own), default=0)
        own = [row for row in own if _year(row) == latest]
        said = ", ".join(dict.fromkeys(row.origin.split(" · ")[-1] for row in own))
        told = {"place": words.name("place", HOME), "period": own[0].period if own else ""}
        return words.label("brief_known", **told, known=said) if said else ""

    def badge(self, text):
        """Frame how firm the figures are at the right; return how wide that is."""
        wide = 26 + 8.2 * len(text)
        where = (self.right - wide, 674, wide, 30)
        shape = self.slide.shapes.add_shape(5, *self.at(*where))
        _plain(shape)
        shape.name, shape.adjustments[0] = "Badge", 0.12
        shape.fill.background()
        shape.line.color.theme_color, shape.line.width = _SECOND, Pt(1)
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.vertical_anchor, frame.word_wrap = MSO_ANCHOR.MIDDLE, False
        written = self.paragraph(frame, Text(text), 15, first=True, bold=True, color=_SECOND)
        written.alignment = PP_ALIGN.CENTER
        return wide

    def opening(self, theme):
        """Write the lead as the message, and the findings side by side."""
        self.new(theme.lead)
        count, gap = len(theme.findings), 36
        self.box((self.left, self.top + 12, 900, 30), [Text(theme.title)], 21, color=_SECOND)
        wide = (self.right - self.left - gap * (count - 1)) / count
        for number, text in enumerate(theme.findings):
            left, top = self.left + number * (wide + gap), self.top + 84
            rule = self.slide.shapes.add_shape(1, *self.at(left, top, wide, 4))
            _plain(rule)
            rule.name = "Rule"
            rule.fill.solid()
            rule.fill.fore_color.theme_color = _LEAD
            rule.line.fill.background()
            if text.keys:
                start, end, key = text.keys[0]
                unit = self.collection.values[key].unit
                end += text.plain[end : end + 1] == "%"
                tail = f" {unit}" if unit and unit[0] != "%" else ""
                big = Text(text.plain[start:end] + tail, ((0, text.keys[0][1] - start, key),))
                where = (left, top + 22, wide, 70)
                self.box(where, [big], 54, color=_LEAD, bold=True, tail=tail)
            self.box((left, top + 106, wide, 360), [text], 26)
        self.notes([*theme.lead.keys, *(key for text in theme.findings for key in text.keys)])

    def finding(self, theme, section):
        """Write a message, at most two lines, and the picture or table that shows it."""
        self.new(section.title, section)
        lines, used = [], 0
        for text in section.texts:
            used += math.ceil(len(text.plain) / _LINE)
            if used > 2:
                break
            lines.append(text)
        if lines:
            self.box((self.left, self.top + 10, self.right - self.left, 58), lines, 21)
        top = self.top + (74 if lines else 30)
        if section.picture:
            self.picture(section.picture, top)
        else:
            self.table(section, top + 16)
        keys = [key for text in (section.title, *section.texts) for key in text.keys]
        latest = max(map(_year, section.rows), default=0)
        shown = [row.key for row in section.rows if section.table or _year(row) == latest]
        self.notes(keys, section.texts[len(lines) :], shown)

    def picture(self, about, top):
        """Show a drawing as large as the room below a height allows."""
        room, wide = 664 - top, self.right - self.left
        wide = min(wide, room * 2.5 * self.px[1] / self.px[0])
        left = (self.left + self.right - wide) / 2
        high = wide * self.px[0] / self.px[1] / 2.5
        path = self.pictures / f"{about['name']}-deck.png"
        shown = self.slide.shapes.add_picture(str(path), *self.at(left, top, wide, high))
        shown.name = about["title"]
        shown._element.nvPicPr.cNvPr.set("descr", about["alt"])

    def table(self, section, top):
        """Write the lines of a table."""
        wide, lines = self.right - self.left, [[*map(Text, section.head)], *section.table]
        place = self.at(self.left, top, wide, 44 * len(lines))
        frame = self.slide.shapes.add_table(len(lines), len(section.head), *place)
        frame.name = section.title.plain
        frame._element.nvGraphicFramePr.cNvPr.set("descr", section.title.plain)
        table = frame.table
        style = frame._element.graphic.graphicData.tbl[0][-1]
        style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
        table.horz_banding = False
        longest = [max(len(line[n].plain) for line in lines) for n in range(len(section.head))]
        px = 20 if sum(longest[1:]) < 56 else 17
        needed = [round((letters + 3) * px * 0.56) for letters in longest]
        needed[0] = max(wide - sum(needed[1:]), 300)
        for column, width in zip(table.columns, needed):
            column.width = Emu(round(place[2] * width / sum(needed)))
        for number, line in enumerate(lines):
            self.record.line(line, self.where)
            for text, cell in zip(line, table.rows[number].cells):
                cell.margin_left, cell.margin_right = Emu(0), Emu(int(12 * self.px[0]))
                bold, color = bool(text.keys) or not number, _INK if number else _SECOND
                self.run(cell.text_frame.paragraphs[0], text.plain, px, bold, color)
        sources = [row.source for row in section.rows]
        if sources:
            self.box((self.left, 648, wide, 24), [Text(_sources(sources))], 14.5, color=_SECOND)

    def unknown(self, theme):
        """Write what the figures cannot say and what is to be asked."""
        asked = [Text(each["question"]) for each in theme.questions]
        keys = [key for text in theme.unknown for key in text.keys]
        answers = [Text(words.label("brief_settled", **each)) for each in theme.questions]
        both = [(words.label("brief_unknown"), theme.unknown), (words.label("brief_asked"), asked)]
        both = [(title, texts) for title, texts in both if texts]
        wide = self.right - self.left
        half = (wide - 40) / 2
        if len(both) == 2 and (px := min(_fitting(texts, half, 500) for _, texts in both)) >= 18:
            self.new(Text(words.label("brief_open", theme=theme.title)))
            for left, (title, texts) in zip((self.left, self.left + half + 40), both):
                where = (left, self.top + 24, half, 28)
                self.box(where, [Text(title)], 21, color=_LEAD, bold=True)
                self.box((left, self.top + 62, half, 500), texts, px, space=10, name="List")
            self.notes(keys, [*theme.sure, *answers])
        else:
            for (title, texts), more in zip(both, (theme.sure, answers)):
                self.new(Text(words.label("brief_of", title=title, theme=theme.title)))
                px = _fitting(texts, wide, 530)
                self.box((self.left, self.top + 28, wide, 530), texts, px, space=10, name="List")
                self.notes(keys if texts is theme.unknown else (), more)

    def notes(self, keys, more=(), shown=()):
        """Write behind the slide what each number is, and what is said further."""
        bare = [re.sub("-(?:low|high)$", "", key) for *_, key in keys]
        told = [self.about(key) for key in dict.fromkeys([*bare, *shown])]
        texts = [*more, *map(Text, filter(None, told))]
        frame = self.slide.notes_slide.notes_text_frame
        for number, text in enumerate(texts):
            self.paragraph(frame, text, 12, first=not number)

    def about(self, key):
        """Say in a line what a row states, how it is known and from where."""
        row = self.collection.rows.get(key)
        if not row:
            return ""
        told = {name: getattr(row, name) for name in ("figure", "place", "period", "source", "key")}
        told["value"] = " ".join(filter(None, [row.value, row.unit]))
        told |= {"bounds": row.bounds, "known": row.origin.partition(" ")[2]}
        said = words.label("brief_row", **told)
        computed = self.collection.computed(key)
        return words.label("brief_row_computed", row=said, how=computed) if computed else said

    def chart(self, section):
        """Draw a chart that can be edited, with the figures behind it in its workbook."""
        rows, values = section.rows, self.collection.values
        rows = [row for row in rows if len(set(re.findall(r"\d{4}", row.period))) == 1]
        series = {}
        for row in rows:
            years = series.setdefault(row.series or row.place, {})
            if row.key in values and values[row.key].relation in "=~":  # limits are no points
                years.setdefault(_year(row), row)
        series = {name: found for name, found in series.items() if found}
        years = sorted({year for found in series.values() for year in found})
        if len(years) < 2 or len(series) > 8:
            return
        if section.picture["form"] == "lines":
            years = [*range(years[0], years[-1] + 1)]
        data = CategoryChartData()
        data.categories = [str(year) for year in years]
        for name, found in series.items():
            numbers = [
                found[y] and float(values[found[y].key].value) if y in found else None
                for y in years
            ]
            data.add_series(name, numbers)
        self.new(Text(words.label("brief_chart", title=section.title.plain)), section)
        where = self.at(self.left, self.top + 20, self.right - self.left, 510)
        frame = self.slide.shapes.add_chart(_CHARTS[section.picture["form"]], *where, data)
        frame.name = section.picture["title"]
        frame._element.nvGraphicFramePr.cNvPr.set("descr", section.picture["alt"])
        chart = frame.chart
        chart.font.size, chart.has_legend = self.points(17), True
        chart.has_title, chart.legend.include_in_layout = False, False
        chart.value_axis.visible = chart.value_axis.has_major_gridlines = False
        chart.category_axis.format.line.color.theme_color = _SECOND
        if section.picture["form"] != "lines":
            chart.plots[0].gap_width = 60
        lines, seen = section.picture["form"] == "lines", []
        for drawn, (name, found) in zip(chart.plots[0].series, series.items()):
            ink = _ink(next(iter(found.values())), seen, section.picture["form"])
            if lines:
                drawn.format.line.color.rgb, drawn.smooth = ink, False
                drawn.format.line.width = Pt(3)
                drawn.marker.style, drawn.marker.size = XL_MARKER_STYLE.CIRCLE, 9
                drawn.marker.format.fill.solid()
                drawn.marker.format.fill.fore_color.rgb = ink
                drawn.marker.format.line.color.rgb = ink
            else:
                drawn.format.fill.solid()
                drawn.format.fill.fore_color.rgb = ink
            for at, year in enumerate(years):
                if year in found:
                    beside = [
                        values[each[year].key].value for each in series.values() if year in each
                    ]
                    label = self.point(drawn.points[at], found[year], beside if lines else ())
                    if not lines and section.picture["form"] == "stacked":
                        dark = str(ink) == LIGHT["steps"][0].lstrip("#")
                        label.color.theme_color = _GROUND if dark else _INK
                    elif not lines and _open(found[year]):
                        drawn.points[at].format.fill.solid()
                        drawn.points[at].format.fill.fore_color.theme_color = _PALE
                    text = found[year].value
                    keys = ((0, len(text), found[year].key),)
                    self.record.line([Text(name), Text(str(year)), Text(text, keys)], self.where)
        known = dict.fromkeys(row.origin.partition(" · ")[0] for row in rows if _open(row))
        where = (self.left, self.top + 540, self.right - self.left, 24)
        self.box(where, [Text(" · ".join(known))], 15, color=_SECOND, name="Key")
        book = _workbook(years, series, values)
        chart.part.chart_workbook.update_from_xlsx_blob(book)

    def point(self, point, row, beside):
        """Write out a point's value, as number formats fail in Vietnamese; return its font."""
        label = point.data_label
        label.has_text_frame = True
        sign = row.origin.partition(" ")[0]  # of what nobody states, as in the key below
        label.text_frame.text = f"{row.value} {sign}" if _open(row) else row.value
        font = label.text_frame.paragraphs[0].runs[0].font
        font.size = self.points(15)
        if beside:
            value, below = self.collection.values[row.key].value, XL_LABEL_POSITION.BELOW
            lower = below if value == min(beside) else XL_LABEL_POSITION.RIGHT
            label.position = XL_LABEL_POSITION.ABOVE if value == max(beside) else lower
        return font

    def bytes(self, themes):
        """Return the file, with its record."""
        about, core = cited(), self.file.core_properties
        core.title = " · ".join([words.name("site", "project"), *(theme.title for theme in themes)])
        core.language = _LANGUAGES[self.collection.language]
        core.author = core.last_modified_by = words.name("site", "project")
        core.created = core.modified = datetime.fromisoformat(about["date-released"])
        package = self.file.part.package
        self.record.store(
            package, lambda name, kind, blob: Part(PackURI(name), kind, package, blob)
        )
        self.file.save(content := BytesIO())
        return same_bytes(content.getvalue())


def _fitting(texts, wide, high):
    """Return the largest of a few sizes at which paragraphs fit a box; the smallest if none."""
    for px in (24, 22, 20, 18, 16):
        lines = sum(math.ceil(len(text.plain) * px * 0.52 / wide) for text in texts)
        if lines * px * 1.2 + 10 * len(texts) <= high:
            break
    return px


def _plain(shape):
    """Take from a shape what the theme adds: shadows, which letters get too."""
    shape._element.remove(shape._element.find(qn("p:style")))


def _is_title(shape):
    return shape.placeholder_format.type in (1, 3)  # title, or centred


def _others(layout):
    """Count what a layout holds beside a title; one without is last."""
    kinds = [shape.placeholder_format.type for shape in layout.placeholders]
    return (
        not any(kind in (1, 3) for kind in kinds),
        sum(kind not in (1, 3, 13, 15, 16) for kind in kinds),
    )


def _year(row):
    return max(map(int, re.findall(r"\d{4}", row.period)), default=0)


def _sources(sources):
    names = [*dict.fromkeys(part for source in sources for part in source.split("; "))]
    names = [name for name in names if name[0] != "¶"] or [words.label("appendix")]
    said = "; ".join(names[:4])
    said = words.label("and_others", names=said) if len(names) > 4 else said
    return words.label("sources_line", names=said)


def _open(row):
    return row.origin.startswith((words.MARKS["implied"], words.MARKS["plan"]))


def _ink(row, seen, form):
    """Return the colour of a series: who it is; of parts, and of one place's, ever lighter."""
    who = HOME if form == "stacked" else row.place_id
    seen.append(who)
    steps, others = LIGHT["steps"], LIGHT["others"]
    inks = {HOME: [*steps, others[0]], "vietnam": [LIGHT["vietnam"]]}.get(
        who, [others[len(seen) % 2]]
    )
    return RGBColor.from_string(inks[(seen.count(who) - 1) % len(inks)].lstrip("#"))


def _workbook(years, series, values):
    """Return a workbook: the chart's numbers, and behind them every figure with its bounds."""
    book = Workbook(content := BytesIO(), {"in_memory": True})
    book.set_properties({"created": datetime.fromisoformat(cited()["date-released"])})
    sheet = book.add_worksheet("Sheet1")  # the name that the chart refers to
    for line, year in enumerate(years, 1):
        sheet.write_string(line, 0, str(year))
    for column, (name, found) in enumerate(series.items(), 1):
        sheet.write_string(0, column, name)
        for line, year in enumerate(years, 1):
            if year in found:
                sheet.write_number(line, column, float(values[found[year].key].value))
    heads = ["series", "figure", "place", "period", "value", "low", "high", "unit", "origin"]
    heads += ["source", "key"]
    sheet = book.add_worksheet(words.label("book_figures")[:31])
    sheet.write_row(0, 0, map(words.label, heads), book.add_format({"bold": True}))
    lines = [(name, row) for name, found in series.items() for row in found.values()]
    for line, (name, row) in enumerate(lines, 1):
        value = values[row.key]
        ends = [values.get(f"{row.key}-{end}", value).value for end in ("low", "high")]
        told = [name, row.figure, row.place, row.period, float(value.value), *map(float, ends)]
        sheet.write_row(line, 0, [*told, row.unit, row.origin, row.source, row.key])
    sheet.set_column(0, 10, 18)
    book.close()
    return content.getvalue()
