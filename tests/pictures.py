"""Whether two pictures show the same, whatever smooths their edges."""

import io
import re
from importlib.metadata import version
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import ft2font
from PIL import Image, ImageChops, ImageFilter

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
# What places and colours pixels. Pillow only packs them, and is told apart by no pixel.
DRAWN_BY = ("matplotlib", "seaborn", "kiwisolver")
# Means of 3 × 3 pixels may differ by this much, of 255 in any colour. Measured on the 32 pictures
# of the notebooks: without smoothing of text they differ by up to 90, of bars by up to 96. One
# digit of one of 246 labels: by at least 119. Moved by 1% of the axis: a mark or the end of an
# error bar in view by at least 130, but for one bar whose end lies under the mark of a plan (80)
# and two error bars that hardly show beside their mark (22, 36). Those that a mark covers cannot
# be seen at all; the list of values below each picture, which nbval compares, holds them.
# Means of 11 × 11 pixels may differ less, since smoothing only touches edges: by up to 44 without
# it, by at least 77 where the colours of two origins are exchanged.
TOLERATED = {1: 105, 5: 60}  # by pixels on each side of the one in the middle


def incomparable():
    """Say why pictures drawn on this machine may differ from those stored; nothing if none may."""
    pins = dict(re.findall(r"^([\w-]+)==([^\s;]+)", LOCK.read_text("utf-8"), re.MULTILINE))
    for name in DRAWN_BY:
        if version(name) != pins[name]:
            return f"{name} is {version(name)}, requirements.lock has {pins[name]}"
    # Other fonts, hinting or FreeType set text wider or narrower, and the layout follows: by up
    # to 15 pixels, more than 1% of an axis. No tolerance tells that from a moved mark.
    if ft2font.__freetype_build_type__ != "local":
        return "FreeType is not the one that comes with matplotlib"
    if not Path(matplotlib.matplotlib_fname()).is_relative_to(matplotlib.get_data_path()):
        return f"{matplotlib.matplotlib_fname()} changes how matplotlib draws"
    return ""


def difference(stored, drawn):
    """Say how two PNG files differ and where most; nothing if they show the same."""
    if stored == drawn:
        return ""
    old, new = (Image.open(io.BytesIO(each)).convert("RGB") for each in (stored, drawn))
    if old.size != new.size:
        return "{} × {} pixels are stored, {} × {} drawn".format(*old.size, *new.size)
    for radius, tolerated in TOLERATED.items():
        blurred = [each.filter(ImageFilter.BoxBlur(radius)) for each in (old, new)]
        apart = np.asarray(ImageChops.difference(*blurred)).max(axis=2)
        y, x = np.unravel_index(apart.argmax(), apart.shape)
        if apart[y, x] > tolerated:
            return (
                f"they differ most at x = {x}, y = {y} pixels from the top left, "
                f"by {apart[y, x]} of 255 where {tolerated} is tolerated"
            )
    return ""
