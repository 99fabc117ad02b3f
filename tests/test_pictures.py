"""Pictures are the same however their edges are smoothed, and differ where a mark has moved."""

import io
import re

import matplotlib
import pictures
import pytest
from PIL import Image

import hg_analysis as hg
from hg_analysis import charts
from hg_analysis.bounds import Figure


@pytest.fixture(autouse=True)
def style():
    with matplotlib.rc_context():
        yield


def path():
    return charts.path(charts.axes(), hg.figures(hg.load(), "grdp_growth", origin="published"))


def png(ax):
    file = io.BytesIO()
    ax.figure.savefig(file, format="png", dpi=200)
    return file.getvalue()


def test_the_same_picture():
    assert png(path()) == png(path())
    repacked = io.BytesIO()
    Image.open(io.BytesIO(png(path()))).save(repacked, "png", compress_level=1)
    assert repacked.getvalue() != png(path())
    assert pictures.difference(png(path()), repacked.getvalue()) == ""


@pytest.mark.parametrize("smoothed", ["text.antialiased", "patch.antialiased"])
def test_edges_smoothed_in_another_way(smoothed):
    stored = png(path())
    matplotlib.rcParams[smoothed] = False
    drawn = png(path())
    assert stored != drawn and pictures.difference(stored, drawn) == ""


def test_a_mark_moved_by_a_hundredth_of_the_axis_is_found_where_it_stands():
    ax = path()
    stored, points = png(ax), ax.containers[0].lines[0]
    bottom, top = ax.get_ylim()
    heights = points.get_ydata()
    points.set_ydata([heights[0] + (top - bottom) / 100, *heights[1:]])
    said = pictures.difference(stored, png(ax))
    x, y = map(int, re.search(r"x = (\d+), y = (\d+)", said).groups())
    left, up = ax.transData.transform(points.get_xydata()[0]) * 200 / ax.figure.dpi
    height = ax.figure.get_figheight() * 200
    assert abs(x - left) < 30 and abs(y - (height - up)) < 30


def test_one_digit_of_a_label():
    ax = path()
    stored, label = png(ax), ax.texts[0]
    label.set_text(label.get_text().translate(str.maketrans("0123456789", "8739561808")))
    assert "differ most" in pictures.difference(stored, png(ax))


def test_another_picture_and_another_size():
    other = charts.path(charts.axes(), hg.figures(hg.load(), "pci_rank", origin="published"))
    assert "differ most" in pictures.difference(png(path()), png(other))
    assert "1680 × 840 pixels are stored, 1680 × 860 drawn" in pictures.difference(
        png(path()), png(charts.path(charts.axes(4.3), hg.figures(hg.load(), "pci_rank")))
    )


def test_other_hinting_moves_the_layout_so_that_pictures_are_not_compared(monkeypatch, tmp_path):
    stored = png(path())
    matplotlib.rcParams["text.hinting"] = "none"
    assert "differ most" in pictures.difference(stored, png(path()))
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

    stored = png(bar(one))
    monkeypatch.setitem(charts.STYLE[one], "color", charts.STYLE[other]["color"])
    assert bool(pictures.difference(stored, png(bar(one)))) == (one != other)
