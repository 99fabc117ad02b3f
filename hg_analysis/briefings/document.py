"""A document for an office program: real styles, contents that are filled, numbers on record."""

from datetime import datetime
from io import BytesIO

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu, Pt, RGBColor

from hg_analysis import words
from hg_analysis.briefings import blocks as said
from hg_analysis.briefings.content import Text
from hg_analysis.briefings.record import Record, same_bytes
from hg_analysis.tools.export import cited

FONT = "Arial"
SPOKEN = {"en": "en-GB", "vi": "vi-VN"}
BLUE, GREY = RGBColor(0x00, 0x4F, 0x8B), RGBColor(0x55, 0x5F, 0x69)
# Kind: style, size in pt, space before and after in pt, more of its font.
STYLES = {
    "title": ("Title", 26, 60, 10, {"bold": True, "color": BLUE}),
    "about": ("Subtitle", 11, 0, 6, {"color": GREY}),
    "contents": ("TOC Heading", 14, 24, 6, {"bold": True, "color": BLUE}),
    "theme": ("Heading 1", 18, 0, 6, {"bold": True, "color": BLUE}),
    "section": ("Heading 2", 11.5, 8, 3, {"bold": True, "color": BLUE}),
    "closing": ("Heading Unlisted", 11.5, 8, 3, {"bold": True, "color": BLUE}),
    "lead": ("Lead", 11.5, 0, 5, {}),
    "item": ("List Bullet", 9.5, 0, 1.5, {}),
    "caption": ("Caption", 8.5, 2, 5, {"color": GREY}),
    "paragraph": ("Normal", 9.5, 0, 4, {}),
    "cell": ("Table Text", 8, 1.5, 1.5, {}),
    "number": ("Table Number", 7, 1, 1, {}),
    "picture": ("Picture", 9.5, 3, 0, {}),
    "state": ("State", 11, 0, 2, {"bold": True}),
    "sender": ("Sender", 10, 3, 3, {}),
    "to": ("Addressee", 10.5, 2, 2, {"bold": True}),
    "question": ("Question", 10, 8, 1, {"bold": True}),
    "1": ("toc 1", 10.5, 5, 1, {"bold": True}),
    "2": ("toc 2", 9.5, 0, 1, {}),
}
LETTER = {
    "title": ("Title", 14, 14, 8, {"bold": True, "color": BLUE}),
    "heading": ("Heading 1", 12, 12, 2, {"bold": True, "color": BLUE}),
    "paragraph": ("Normal", 10, 2, 4, {}),
    "item": ("List Bullet", 10, 0, 2, {}),
}
ALIKE = {"appendix": "theme", "group": "closing"}
_GRID = f"""<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="Briefing">
<w:name w:val="Briefing Table"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/>
<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:color="004F8B"/>
<w:bottom w:val="single" w:sz="8" w:color="004F8B"/>
<w:insideH w:val="single" w:sz="4" w:color="C5CCD3"/></w:tblBorders>
<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar>
</w:tblPr><w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>
<w:shd w:val="clear" w:color="auto" w:fill="E6EEF5"/></w:tcPr></w:tblStylePr></w:style>"""
_MODE = f"""<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode"
w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>"""


def build(collection, themes, pictures):
    """Return a document on themes: its opening, two pages each, and their numbers.

    Parameters
    ----------
    collection : hg_analysis.briefings.content.Collection
    themes : list of hg_analysis.briefings.content.Theme
    pictures : pathlib.Path
        The folder of the language's pictures.

    Returns
    -------
    bytes
        A DOCX.

    Raises
    ------
    OSError
        Where a picture is missing.
    """
    return _written(collection, said.briefing(collection, themes), STYLES, pictures)


def letter(collection):
    """Return a letter that asks what the figures leave open, as a DOCX."""
    return _written(collection, said.letter(collection), STYLES | LETTER)


def _written(collection, blocks, looks, pictures=None):
    document, record = Document(), Record(collection.language)
    _styles(document, looks, SPOKEN[collection.language])
    page = 1
    for number, block in enumerate(blocks):
        if block.kind == "appendix":
            _turned(document)
        style = looks[ALIKE.get(block.kind, block.kind)][0] if block.kind != "table" else None
        if block.kind == "table":
            _table(document, block, record)
        elif block.kind == "picture":
            _picture(document, block, pictures, style)
        else:
            paragraph = document.add_paragraph(record.add(block.text), style)
            if block.page > page and block.kind != "appendix":
                paragraph.paragraph_format.page_break_before = True
            if block.kind in said.LISTED:
                _marked(paragraph, number)
            if block.kind == "caption" and blocks[number + 1].kind == "table":
                paragraph.paragraph_format.keep_with_next = True
            if blocks[number - 1].kind == "table" and block.kind == "paragraph":
                paragraph.paragraph_format.space_before = Pt(6)
            if block.kind == "contents":
                _contents(document, blocks, record)
        page = block.page
    if blocks[-1].kind == "table":  # office programs end with a paragraph
        document.add_paragraph(style="Table Number")
    _running(document, words.name("site", "project") if pictures else "")
    _about(document, blocks, SPOKEN[collection.language])
    package = document.part.package
    record.store(package, lambda name, kind, blob: Part(PackURI(name), kind, blob, package))
    out = BytesIO()
    document.save(out)
    return same_bytes(out.getvalue())


def _element(tag, text=None, **attributes):
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    if text is not None:
        made.text = text
        made.set(qn("xml:space"), "preserve")
    return made


def _styles(document, looks, spoken):
    """Set every style that is used: font, size, space and language, on the style alone."""
    styles = document.styles
    for lang in styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), spoken)
    styles.element.append(parse_xml(_GRID))
    for name, size, before, after, more in looks.values():
        if name not in [style.name for style in styles]:
            known = name.startswith("toc ")  # to office programs, if not to python-docx
            styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, known).base_style = styles["Normal"]
        style = styles[name]
        style.quick_style, style.hidden = True, False
        for old in style.element.findall(qn("w:rPr")):
            style.element.remove(old)
        for old in ("pBdr", "contextualSpacing"):
            for each in style.element.findall(f"{qn('w:pPr')}/{qn(f'w:{old}')}"):
                each.getparent().remove(each)
        style.font.name, style.font.size = FONT, Pt(size)
        for kind in ("eastAsia", "cs"):
            style.element.rPr.rFonts.set(qn(f"w:{kind}"), FONT)
        style.element.rPr.append(_element("w:lang", val=spoken))
        style.font.bold, style.font.color.rgb = more.get("bold"), more.get("color")
        form = style.paragraph_format
        form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1
        form.widow_control = True
    for kind in ("theme", "section", "closing", "picture", "question", "contents", "sender"):
        styles[STYLES[kind][0]].paragraph_format.keep_with_next = True
    styles["State"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    # Seen in the navigation of an office program, and not listed in the contents.
    styles["Heading Unlisted"].element.get_or_add_pPr().append(_element("w:outlineLvl", val="1"))
    for level, indent in (("toc 1", 0), ("toc 2", 0.6)):
        form = styles[level].paragraph_format
        form.left_indent = Cm(indent)
        form.tab_stops.add_tab_stop(Cm(said.ACROSS), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    settings = document.settings.element
    settings.replace(settings.find(qn("w:compat")), parse_xml(_MODE))
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), spoken)
    _paper(document.sections[0])


def _paper(section, across=False):
    high, wide = Cm(29.7), Cm(21)
    section.page_height, section.page_width = (wide, high) if across else (high, wide)
    section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Cm((21 - said.ACROSS) / 2)
    section.top_margin, section.bottom_margin = Cm(2), Cm(1.8)
    section.header_distance = section.footer_distance = Cm(1)


def _turned(document):
    """Begin the pages that lie across."""
    _paper(document.add_section(WD_SECTION.NEW_PAGE), across=True)


def _marked(paragraph, number):
    start = _element("w:bookmarkStart", id=str(number), name=f"_Toc{number:06}")
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, start)
    paragraph._p.append(_element("w:bookmarkEnd", id=str(number)))


def _field(paragraph, code, shown=None):
    """Put a field into a paragraph; without what it shows, only its beginning."""
    for part in [_element("w:fldChar", fldCharType="begin"), _element("w:instrText", code)]:
        paragraph.add_run()._r.append(part)
    paragraph.add_run()._r.append(_element("w:fldChar", fldCharType="separate"))
    if shown is not None:
        paragraph.add_run(shown)
        paragraph.add_run()._r.append(_element("w:fldChar", fldCharType="end"))


def _contents(document, blocks, record):
    """Write the field of contents with its entries, so that nobody needs to update it."""
    listed = [(n, block) for n, block in enumerate(blocks) if block.kind in said.LISTED]
    for number, block in listed:
        paragraph = document.add_paragraph(style=f"toc {said.LISTED[block.kind]}")
        if block is listed[0][1]:
            _field(paragraph, r' TOC \o "1-2" \h \z ')
        link = _element("w:hyperlink", anchor=f"_Toc{number:06}", history="1")
        paragraph._p.append(link)
        entry = Text.joined([block.text, Text(str(block.page))], "\t")
        run = paragraph.add_run(record.add(entry))
        link.append(run._r)
    paragraph.add_run()._r.append(_element("w:fldChar", fldCharType="end"))


def _picture(document, block, pictures, style):
    run = document.add_paragraph(style=style).add_run()
    shape = run.add_picture(str(said.drawn(block, pictures, "png")), Cm(block.width))
    about = shape._inline.docPr
    about.set("name", block.picture["name"])
    about.set("descr", block.picture["alt"])


def _table(document, block, record):
    table = document.add_table(0, len(block.shares), "Briefing Table")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    section = document.sections[-1]
    wide = section.page_width - section.left_margin - section.right_margin
    style = STYLES["cell" if section.orientation == WD_ORIENT.PORTRAIT else "number"][0]
    widths = [Emu(int(wide * share)) for share in block.shares]
    for column, width in zip(table.columns, widths):
        column.width = width
    for number, line in enumerate(block.lines):
        record.line(line)
        row = table.add_row()
        about = row._tr.get_or_add_trPr()
        about.append(_element("w:cantSplit"))
        if number == 0:
            about.append(_element("w:tblHeader"))
        for cell, text, width in zip(row._tr.tc_lst, line, widths):
            cell.width = width
            paragraph = cell.p_lst[0]
            paragraph.style = document.styles[style].style_id
            run = OxmlElement("w:r")
            run.text = text.plain
            paragraph.append(run)
            if number == 0:
                paragraph.get_or_add_pPr().append(_element("w:keepNext"))


def _running(document, headed):
    """Write the header and the footer with the number of the page."""
    for section in document.sections:
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        section.header.paragraphs[0].text = headed
        before, after = words.label("paper_page").split("{number}")
        paragraph = section.footer.paragraphs[0]
        paragraph.add_run(before)
        _field(paragraph, " PAGE ", "1")
        paragraph.add_run(after)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        for each in (section.header.paragraphs[0], paragraph):
            each.style = "Caption"


def _about(document, blocks, spoken):
    about = document.core_properties
    about.title = next(block.text.plain for block in blocks if block.kind == "title")
    about.author = about.last_modified_by = words.name("site", "project")
    about.subject = about.keywords = about.comments = about.category = ""
    about.language, about.version = spoken, cited()["version"]
    about.created = about.modified = datetime.fromisoformat(cited()["date-released"])
