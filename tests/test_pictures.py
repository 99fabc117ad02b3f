"""Pictures are the same however their edges are smoothed, and differ where a mark has moved."""

import io
import re

import matplotlib
import pictures
import pytest
from PIL import Image

import hg_analysis as hg
from hg_analysis import charts
from hg_analysis.figures import Figure


@pytest.fixture(autouse=True)
def style():
    with matplotlib.rc_context():
        yield


def path():
    return charts.path(charts.axes(), hg.figures(hg.load(), "grdp_growth", range(2019, 2025)))


def test_the_same_picture():
    assert charts.picture(path()) == charts.picture(path())
    repacked = io.BytesIO()
    Image.open(io.BytesIO(charts.picture(path()))).save(repacked, "png", compress_level=1)
    assert repacked.getvalue() != charts.picture(path())
    assert pictures.difference(charts.picture(path()), repacked.getvalue()) == ""


@pytest.mark.parametrize("smoothed", ["text.antialiased", "patch.antialiased"])
def test_edges_smoothed_in_another_way(smoothed):
    stored = charts.picture(path())
    matplotlib.rcParams[smoothed] = False
    drawn = charts.picture(path())
    assert stored != drawn and pictures.difference(stored, drawn) == ""


def test_a_mark_moved_by_a_hundredth_of_the_axis_is_found_where_it_stands():
    ax = path()
    stored, points = charts.picture(ax), ax.containers[0].lines[0]
    bottom, top = ax.get_ylim()
    heights = points.get_ydata()
    points.set_ydata([heights[0] + (top - bottom) / 100, *heights[1:]])
    said = pictures.difference(stored, charts.picture(ax))
    x, y = map(int, re.search(r"x = (\d+), y = (\d+)", said).groups())
    left, up = ax.transData.transform(points.get_xydata()[0]) * 200 / ax.figure.dpi
    height = ax.figure.get_figheight() * 200
    assert abs(x - left) < 30 and abs(y - (height - up)) < 30


def test_one_digit_of_a_label():
    ax = path()
    stored, label = charts.picture(ax), ax.texts[0]
    label.set_text(label.get_text().translate(str.maketrans("0123456789", "8739561808")))
    assert "differ most" in pictures.difference(stored, charts.picture(ax))


def test_other_hinting_moves_the_layout_so_that_pictures_are_not_compared(monkeypatch, tmp_path):
    stored = charts.picture(path())
    matplotlib.rcParams["text.hinting"] = "none"
    assert "differ most" in pictures.difference(stored, charts.picture(path()))
    own = tmp_path / "matplotlibrc"
    own.write_text("text.hinting: none\n")
    monkeypatch.setenv("MATPLOTLIBRC", str(own))
    monkeypatch.setattr(pictures, "DRAWN_BY", ())  # whatever versions are installed
    assert pictures.incomparable() == f"{own} changes how matplotlib draws"


def test_other_versions_are_named(monkeypatch):
    monkeypatch.setattr(pictures, "version", lambda name: "0.1")
    assert re.fullmatch(
        r"matplotlib is 0\.1, requirements\.lock has [\d.]+", pictures.incomparable()
    )


@pytest.mark.parametrize("one", charts.STYLE)
@pytest.mark.parametrize("other", charts.STYLE)
def test_the_colour_of_another_origin_is_found(one, other, monkeypatch):
    def bar(origin):
        return charts.bars(
            charts.axes(), [Figure("grdp", 9, 9, 9, "hau_giang", "2025", origin, "plan")]
        )

    stored = charts.picture(bar(one))
    monkeypatch.setitem(charts.STYLE[one], "color", charts.STYLE[other]["color"])
    assert bool(pictures.difference(stored, charts.picture(bar(one)))) == (one != other)
