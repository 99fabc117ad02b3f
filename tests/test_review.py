"""A briefing that was edited by hand: what its numbers still say, and what they no longer do."""

import os
import shutil
import subprocess

import pytest
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Inches

from hg_analysis.briefings.content import Collection, Text
from hg_analysis.briefings.record import Record
from hg_analysis.briefings.review import print_review, review

WRONG = {"altered", "bound or direction turned round"}


def deck(path, collection, files):
    """Write the themes of notebooks as slides: titles, sentences, a table, a chart, notes."""
    show, record = Presentation(), Record(collection.language)
    blank = show.slide_layouts[6]
    for file in files:
        theme = collection.theme(file)
        first = [Text(theme.title), theme.lead, *theme.findings, *theme.sure, *theme.unknown]
        for section in [None, *theme.sections]:
            slide, at = show.slides.add_slide(blank), str(len(show.slides))
            frame = slide.shapes.add_textbox(0, 0, Inches(9), Inches(5)).text_frame
            for text in [section.title, *section.texts] if section else first:
                frame.add_paragraph().text = record.add(text, at)
            lines = section.table if section else []
            if lines:
                table = slide.shapes.add_table(len(lines), len(lines[0]), 0, 0, 99999, 99999).table
                for line, cells in zip(table.rows, lines):
                    record.line(cells, at)
                    for cell, text in zip(line.cells, cells):
                        cell.text = text.plain
            rows = [row for row in section.rows if row.series] if section else []
            if rows:
                chart(slide, rows, collection, record, at)
            notes = slide.notes_slide.notes_text_frame
            notes.text = "\n".join(record.add(text, at) for text in theme.findings)
    package = show.part.package
    record.store(package, lambda name, kind, blob: Part(PackURI(name), kind, package, blob))
    show.save(path)
    return path


def chart(slide, rows, collection, record, at):
    periods, values = list(dict.fromkeys(row.period for row in rows)), collection.values
    data = CategoryChartData()
    data.categories = periods
    for name in dict.fromkeys(row.series for row in rows):
        shown = {row.period: row for row in rows if row.series == name}
        data.add_series(name, [shown.get(p) and float(values[shown[p].key].value) for p in periods])
        for period, row in shown.items():
            number = ("," if collection.language == "vi" else ".").join(
                f"{float(values[row.key].value):.10g}".split(".")
            )
            record.line([Text(name), Text(period), Text(number, ((0, len(number), row.key),))], at)
    slide.shapes.add_chart(XL_CHART_TYPE.LINE, 0, 0, 99999, 99999, data)


@pytest.fixture(scope="module")
def collections():
    """The executed notebooks in both languages."""
    return {language: Collection(language) for language in ("en", "vi")}


@pytest.mark.parametrize("language", ["en", "vi"])
def test_of_decks_that_nobody_edited_every_number_is_as_stated(collections, language, tmp_path):
    Collection(language)
    files = collections[language].books
    found = review(deck(tmp_path / "deck.pptx", collections[language], files))
    assert len(found) > 500
    assert [each for each in found if each.verdict != "as stated"] == []
