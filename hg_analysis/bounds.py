"""What a printed figure says, and the bounds that print leaves it.

The grammar is that of Vietnamese print: words for a fall, a limit (dưới, ít nhất, không quá)
or nothing that matters, one numeral, a multiplier (nghìn, triệu, tỷ) and the unit. Its words
stand in ``print.csv``. What is not there is refused, never taken at face value.
"""

import csv
import math
import re
import unicodedata
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import NamedTuple

NUMERAL = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_NOTATION = re.compile(r"(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
_MEANS = defaultdict(dict)  # the words of print.csv by their part, and what they mean
_LINES = Path(__file__).with_name("print.csv").read_text("utf-8").splitlines()
for _row in csv.DictReader(_LINES):
    _MEANS[_row["part"]][_row["words"]] = _row["means"]
SCALES = {word: int(times) for word, times in _MEANS["scale"].items()}
_LIMITS = _MEANS["limit"] | _MEANS["limit_after"]


@cache
def _any(*words):
    """Return a pattern for the longest of some words that stand alone."""
    longest_first = map(re.escape, sorted(filter(None, words), key=len, reverse=True))
    return rf"(?:(?<![^\W\d])|(?=/))(?:{'|'.join(longest_first)})(?![^\W\d])"


_DASH = "-−–—‒‐‑－"
_FREE = _MEANS["filler"] | _MEANS["status"]
_BEFORE = [word for part in ("limit", "fall", "status", "filler", "plain") for word in _MEANS[part]]
_SCALE = rf"(?:{_any(*SCALES)}(?! (?:lệ|trọng|suất|số|giá)\b) ?)"
_SPELLING = re.compile(_any(*_MEANS["spelling"]))
_PER = re.compile(r"(?:^| )(?:mỗi|một|hằng|hàng) (?=(?:năm|quý|tháng|tuần|ngày|giờ)\b)")
_SIGN = re.compile(rf"(?:^|(?<=[\s(]))\(?([{_DASH}+]|âm)\)? ?#|\(#( ?%?)\)")
_UNIT = re.compile(rf"điểm_phần_trăm|%|‰|{_any(*_MEANS['money'])}|(?<=[# ])lần\b")
_STRAY = re.compile(rf"{_SCALE}|[{_DASH}](?:\)|$)|[^{_DASH}\w\s%‰().,;:*/]")


class Printed(NamedTuple):
    """A printed figure taken apart.

    Attributes
    ----------
    number : float
        Without sign, in the unit that is asked for.
    step : float
        One unit of the last printed digit, in that unit; infinite for a figure in words.
    relation : {"=", ">", ">=", "<", "<=", "~"}
    minus, falls : bool
        Whether a sign makes it negative; whether words call it a fall.
    status : {"", "estimate", "preliminary"}
        What the words around it say of its standing.
    """

    number: float
    step: float
    relation: str = "="
    minus: bool = False
    falls: bool = False
    status: str = ""


def parse_printed(text, symbols=""):
    """Read a figure as print writes it.

    Parameters
    ----------
    text : str
        The figure with its unit: one numeral in Vietnamese notation ('.' between groups
        of three digits, ',' before decimals) or a multiple in words.
    symbols : str, optional
        What the unit looks like in print, alternatives separated by ';' ("tỷ đồng"); an
        empty alternative allows print to leave it out. The number comes in this unit.

    Returns
    -------
    Printed

    Raises
    ------
    ValueError
        Saying what is not understood and what to do.

    Examples
    --------
    >>> parse_printed("gần 240.000 tỷ đồng", "tỷ đồng")
    Printed(number=240000.0, step=1.0, relation='<', minus=False, falls=False, status='')
    >>> parse_printed("ước đạt 58,5 nghìn tỉ đồng", "tỷ đồng")[:2]
    (58500.0, 100.0)
    >>> parse_printed("−2,79%", "%").minus, parse_printed("giảm 6,19%", "%").falls
    (True, True)
    >>> parse_printed("9.24%/năm", "%")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: '9.24' is not Vietnamese notation: '.' between groups of three digits, ...
    """
    words = _plain(text)
    if words in _MEANS["multiple"]:
        return Printed(float(_MEANS["multiple"][words]), math.inf)
    symbols = [_plain(symbol) for symbol in symbols.split(";")]
    for symbol in symbols:  # "/10.000 dân" is part of the unit, and no second number
        words = words.replace(symbol, "") if symbol.startswith("/") else words
    digits, *more = NUMERAL.findall(words) or [""]
    if more or not digits:
        what = "number, as printed; of a range, each end is a row" if more else "number in digits"
        raise ValueError(f"exactly one {what}, or a multiple in words (gấp đôi)")
    if not _NOTATION.fullmatch(digits) or len(re.sub(r"\D", "", digits)) > 15:
        notation = "'.' between groups of three digits, ',' before decimals, at most 15 digits"
        raise ValueError(f"{digits!r} is not Vietnamese notation: {notation}")
    said = NUMERAL.sub("#", words.replace("#", "?"))
    sign = _SIGN.search(said)
    before, after = _SIGN.sub(r"#\2", said).split("#")
    scale, after = _scale(after, said, symbols)
    known = _read(before, after, symbols)
    limits = {_LIMITS[word] for word in known if word in _LIMITS}
    minus, falls = bool(sign) and sign[1] != "+", not _MEANS["fall"].keys().isdisjoint(known)
    if len(limits) > 1 or (falls and minus):
        raise ValueError("one limit, and a fall in words or a sign, not both: its sense is open")
    points = "điểm_phần_trăm" in said and not _MEANS["compared"].keys().isdisjoint(known)
    times = "tăng" in known and "lần" in said
    if points or times or ("vượt" in known and not re.search("kế hoạch|chỉ tiêu", said)):
        raise ValueError("one thing to compare with: vượt of kế hoạch or chỉ tiêu, lần with gấp")
    number = scale * Fraction(digits.replace(".", "").replace(",", "."))
    step = scale / 10 ** len(digits.partition(",")[2])
    status = next((_MEANS["status"][word] for word in known if word in _MEANS["status"]), "")
    return Printed(float(number), float(step), *(limits or {"="}), minus, falls, status)


def _plain(text):
    """One case, one normal form, one space, one spelling."""
    text = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    text = _SPELLING.sub(lambda found: _MEANS["spelling"][found[0]], text)
    return " ".join(_PER.sub("/", text).split())


def _scale(after, said, symbols):
    """Return how many units of the codebook one printed unit is, and what follows it."""
    listed = ";".join(symbols)
    if wrong := [unit for unit in _UNIT.findall(said) if unit not in listed]:
        unit = wrong[0].replace("_", " ")
        raise ValueError(f"a figure in the unit of its indicator, not in {unit}")
    multiplier = re.match(f" ?({_SCALE}*)", after)
    rest = after[multiplier.end() :]
    for symbol in sorted(symbols, key=len, reverse=True):
        own = re.match(f"{_SCALE}*", symbol)[0]
        noun = symbol[len(own) :]
        if symbol[:1] in ("", "/") or re.search(rf"(?<!\w){re.escape(noun)}(?!\w)", said):
            break
    else:
        raise ValueError(f"the figure with its unit as printed, {' or '.join(symbols)}")
    if after[:1].isalpha() and not (multiplier[1] or (noun and after.startswith(noun))):
        raise ValueError(f"a space or a known unit after the number, not {after.split()[0]!r}")
    printed, unit = (math.prod(SCALES[w] for w in m.split()) for m in (multiplier[1], own))
    return Fraction(printed, unit), rest.replace(noun, "", 1) if noun else rest


def _read(before, after, symbols):
    """Return the known words of a figure; refuse any other before it, and some after it."""
    behind = re.findall(_any(*_BEFORE, *_MEANS["limit_after"], *_MEANS["refused"]), after)
    if not _MEANS["limit_after"].keys().isdisjoint(behind):
        before = before.removesuffix("từ ")
    words = _any(*_BEFORE, *symbols)
    known = re.findall(words, before)
    limit = next((n for n, word in enumerate(known, 1) if word in _LIMITS), len(known))
    lost = [re.sub(words, "", before).strip(" ,:"), *_STRAY.findall(after)]
    lost += [word for word in known[limit:] if word not in _FREE]
    lost += [word for word in behind if word not in _FREE | _MEANS["plain"] | _MEANS["limit_after"]]
    for word in filter(None, lost):
        raise ValueError(f"no words that are not understood: leave out {word!r}")
    return known + behind


def rounding_bounds(value, step, relation="=", floor=-math.inf):
    """Bounds that rounding and wording leave.

    Parameters
    ----------
    value : float
        In the codebook's unit.
    step : float
        One unit of the last significant printed digit; 0 for what is exact (counts, and
        targets, which are set, not measured); infinite for a figure in words.
    relation : str
        One of ``= ~ > >= < <=``. ``~`` (about) is bounded like ``=``: the printed digits
        are all that is known.
    floor : float
        Least value that the measure can take (0, or minus infinity).

    Returns
    -------
    low, high : float
        ``[low, high)`` for rounded figures, ``[low, high]`` for exact ones.

    Notes
    -----
    Half a unit of the last printed digit either way, the definition of correct rounding.
    Trailing zeros count as digits: a round figure may be coarser than its bounds say.

    Examples
    --------
    >>> rounding_bounds(9.24, 0.01), rounding_bounds(42, 0), rounding_bounds(106, 1, ">")
    ((9.235, 9.245), (42.0, 42.0), (106.0, inf))
    """
    if step == math.inf:
        return max(floor, 0.0), math.inf
    # In decimals: 9.24 - 0.005 is not 9.235 in binary.
    half, exact = Decimal(repr(float(step))) / 2, Decimal(repr(float(value)))
    low = float(exact - half) if relation in "=~" else value if ">" in relation else floor
    high = float(exact + half) if relation in "=~" else value if "<" in relation else math.inf
    return max(float(low), floor), float(high)


def significant_step(value, step, relation):
    """Return the step of a count, which print rounds where it says so or where its zeros do.

    Parameters
    ----------
    value, step : float
    relation : str

    Returns
    -------
    float
        0 for a count to the last unit. A count with a multiplier ("1.236 nghìn người") is
        rounded to its last digit; one called "about", or of whole thousands, to its last
        digit that is not 0: one count in a thousand ends so by chance.

    Examples
    --------
    >>> [significant_step(count, 1, "=") for count in (42, 733017, 733000)]
    [0, 0, 1000]
    """
    if relation != "~" and (not value or value % 1000):
        return step if step > 1 else 0
    while value and value % (10 * step) == 0:
        step *= 10
    return step
