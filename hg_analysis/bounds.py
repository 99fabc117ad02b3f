"""What a printed figure says, and the bounds that print leaves it.

The grammar is that of Vietnamese print: an optional word or sign for a fall, a limit
(dưới, ít nhất, không quá), one numeral, a multiplier (nghìn, triệu, tỷ) and the unit.
What the grammar does not know is refused, never taken at face value.
"""

import math
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

NUMERAL = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_NOTATION = re.compile(r"(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
_IN_WORDS = {"gấp đôi": 2, "gấp ba": 3, "gấp bốn": 4, "gấp năm": 5, "gấp mười": 10}
SCALES = {"chục": 10, "trăm": 100, "nghìn": 10**3, "vạn": 10**4, "triệu": 10**6, "tỷ": 10**9}
_SCALE = rf"(?:{'|'.join(SCALES)})(?! (?:lệ|trọng|suất|số|giá)\b)\b"
# One spelling for each word that print spells in several ways.
_SPELLINGS = {"tỉ": "tỷ", "ngàn": "nghìn", "vnđ": "đồng", "vnd": "đồng", "đ": "đồng"}
_SPELLINGS |= {"gảm": "giảm", "trđ": "triệu đồng", "tỷđ": "tỷ đồng"}  # the first in the document
_PHRASES = ((r"(?<!điểm )phần trăm", "%"), (r"điểm (?:phần trăm|%)", "điểm_phần_trăm"))
_PHRASES += ((r" (?:mỗi|một|hằng|hàng) (năm|quý|tháng|tuần|ngày|giờ)\b", r"/\1"),)
_PHRASES += ((r">=|≥", "ít nhất "), (r"<=|≤", "tối đa "), (">", "trên "), ("<", "dưới "))
_PHRASES += (("[~≈]", "khoảng "),)
# Limits that mean the same wherever they stand; "#" is the numeral. The longest come first.
_LIMITS = (
    (r"không (?:dưới|ít hơn|thấp hơn|nhỏ hơn|kém)\b|\b(?:ít nhất|tối thiểu)\b", ">="),
    (r"không (?:vượt )?quá\b|không (?:trên|hơn|cao hơn|lớn hơn|nhiều hơn)\b", "<="),
    (r"\b(?:nhiều nhất|tối đa|top)\b", "<="),
    (r"\b(?:chưa|không) (?:đến|tới|đầy)\b", "<"),
    (r"(?:từ )?#([^#]*?)trở lên\b", ">="),
    (r"(?:từ )?#([^#]*?)trở xuống\b", "<="),
    (r"\b(?:trên dưới|khoảng|xấp xỉ|chừng)\b", "~"),
)
# Prepositions and comparisons as well: they are limits only right before the numeral.
_NEAR = (("(?:thấp |nhỏ |ít |kém )hơn|dưới|gần|ngót(?: nghét)?|suýt|tiệm cận", "<"),)
_NEAR += (("(?:cao |lớn |nhiều )?hơn|trên", ">"),)
_FILLER = r"(?: (?:đạt|mức|là|được|có|còn|tới|đến|bằng|bình quân))*"
_BASIS = re.compile(
    r"(?:/|\b(?:theo|bình quân|thu nhập|lương) )(nửa năm|tháng|quý|tuần|ngày|giờ)\b"
    r"|/(?=(hộ|lao động|doanh nghiệp|xã|huyện|cuộc|ha|k?m²?|tấn|con|kwh)\b)"
)
_DASH = "-−–—‒‐‑－"
_FALL = r"\b(?:giảm|sụt|tụt)\b"
# Words that change the number and are not understood, wherever they stand before or after it.
_LOST_BEFORE = re.compile(
    r"\b(?:trên|hơn|quá|dưới|gần|không|chưa|từ|đến|tới|nửa|rưỡi|(?<!bán )lẻ|dư(?! nợ)|một phần)\b"
    r"|\b(?:mất|kém|hụt|lỗ|bội chi|nhập siêu)\b|\bâm\b(?! (?:nhạc|lịch|thanh))|\bhạ\b(?! tầng)"
    r"|\b(?:ngoài|trừ|non|cận|vài|mấy|dăm|(?<!bán )(?<!mặt )hàng) *$"
    r"|\b(?:tháng|quý|ngày|khóa|nhiệm kỳ|quyết định|nghị (?:quyết|định)|điều|khoản) *$"
    r"|(?<!bình quân )(?<!cả )(?<!trong )(?<!/)\bnăm $|[±÷×*/] ?$"
)
_LOST_AFTER = re.compile(
    rf"\([{_DASH}]\)|[{_DASH}]$|^ ?(?:k|tr|ng|mn|bn|tá|cặp|million|billion|thousand)\b"
    r"|(?<!bán )\blẻ\b|\bdư\b(?! nợ)|\b(?:hơn|rưỡi|trở (?:đi|lại)|đổ (?:lên|lại)|từ dưới)\b|là cùng"
)
_LOST_EITHER = re.compile(
    r"\b(?:hoặc|mỗi)\b|\b(?:cao|lớn|nhiều|thấp|nhỏ|ít|kém) hơn\b.*(?:so với|điểm_phần_trăm)"
    r"|(?<!không )\bvượt\b(?=[^#]*#)(?!.*(?:kế hoạch|chỉ tiêu))|\btăng\b(?! gấp)[^#]*# ?lần\b"
    r"|\bbằng #.*(?:cùng kỳ|năm (?:trước|#))"
)
_HARMLESS = re.compile(
    r"\btrên (?:địa bàn|đầu người|tổng số?|cả nước|toàn)\b|\bđến nay\b"
    r"|\b(?:lên|đạt|có) (?:đến|tới)\b"
)
_MONEY = re.compile(r"\b(?:đồng|usd|đô la|eur|euro|nhân dân tệ)\b")


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
    if words in _IN_WORDS:
        return Printed(float(_IN_WORDS[words]), math.inf)
    symbols = [_plain(symbol) for symbol in symbols.split(";")]
    for symbol in symbols:  # "/10.000 dân" is part of the unit, and no second number
        words = words.replace(symbol, "") if symbol.startswith("/") else words
    found = list(NUMERAL.finditer(words))
    if len(found) != 1:
        what = "number, as printed; of a range, each end is a row" if found else "number in digits"
        raise ValueError(f"exactly one {what}, or a multiple in words (gấp đôi)")
    digits, before, after = found[0][0], words[: found[0].start()], words[found[0].end() :]
    if not _NOTATION.fullmatch(digits):
        notation = "'.' between groups of three digits, ',' before decimals"
        raise ValueError(f"{digits!r} is not Vietnamese notation: {notation}")
    if len(re.sub(r"\D", "", digits)) > 15:
        raise ValueError(f"{digits!r} has more digits than a number here can hold (15)")
    number = Fraction(digits.replace(".", "").replace(",", "."))
    step = Fraction(1, 10 ** len(digits.partition(",")[2]))
    said = f"{before}#{after}"
    before, after, minus = _sign(before, after)
    before, after, relation = _relation(before, after)
    scale = _scale(before, after, words, symbols)
    falls = re.search(rf"{_FALL}(?! (?:còn|xuống))", before) or re.search(rf"{_FALL}\W*$", after)
    if falls and minus:
        raise ValueError("a fall in words or a minus sign, not both: which way it went is open")
    lost = _LOST_BEFORE.search(_HARMLESS.sub("", before)) or _LOST_AFTER.search(after)
    lost = lost or _LOST_EITHER.search(said)
    if lost:
        raise ValueError(f"no words that are not understood: {lost[0].strip()!r} is one here")
    status = "preliminary" if re.search(r"\bsơ bộ\b", words) else ""
    status = "estimate" if re.search(r"\bước\b", words) else status
    return Printed(float(number * scale), float(step * scale), relation, minus, bool(falls), status)


def _plain(text):
    """One case, one normal form, one space, one spelling."""
    text = unicodedata.normalize("NFC", text).casefold()
    text = re.sub(r"[^\W\d_]+", lambda m: _SPELLINGS.get(m[0], m[0]), text)
    for pattern, plain in _PHRASES:
        text = re.sub(pattern, plain, text)
    return " ".join(text.split())


def _sign(before, after):
    """Take a sign off: a minus or plus, 'âm', or the parentheses of accounts."""
    match = re.search(rf"(?:^|(?<=[\s(]))\(?([{_DASH}+]|âm)\)? ?$", before)
    if match:
        return before[: match.start()], after, match[1] != "+"
    if before.endswith("(") and re.match(r" ?%?\)", after):
        return before[:-1], after.replace(")", "", 1), True
    if before and (before[-1].isalpha() or before[-1] in f"{_DASH}(/+.,"):
        raise ValueError("a number that stands alone: this one hangs on what is before it")
    if after and not (after[0].isalpha() or after[0].isspace() or after[0] in f"%‰)/.,;:*{_DASH}"):
        raise ValueError("a number that stands alone: this one hangs on what is after it")
    return before, after, False


def _relation(before, after):
    """Take the words of a limit off; two different ones are not understood."""
    text, found = f"{before}#{after}", set()
    near = [(rf"\b(?:{words})\b(?={_FILLER} ?#)", sign) for words, sign in _NEAR]
    for pattern, sign in (*_LIMITS, *near):
        text, hits = re.subn(pattern, lambda m: f"#{m[1]}" if m.lastindex else "", text)
        found |= {sign} if hits else set()
    if len(found) > 1:
        raise ValueError(f"one limit, not several ({', '.join(sorted(found))})")
    return *text.split("#"), *(found or {"="})


def _scale(before, after, words, symbols):
    """Return how many units of the codebook one printed unit is."""
    listed, text = ";".join(symbols), NUMERAL.sub(" ", words)
    apart = ("điểm_phần_trăm", "%", "‰", *_MONEY.findall(text))
    if wrong := [sign.replace("_", " ") for sign in apart if sign in text and sign not in listed]:
        raise ValueError(f"a figure in the unit of its indicator, not in {wrong[0]}")
    if (basis := _BASIS.search(text)) and f"/{basis[1] or basis[2]}" not in listed:
        basis = basis[1] or basis[2]
        raise ValueError(f"a figure on its indicator's own basis (or its symbol says /{basis})")
    multiplier = re.match(rf" ?((?:{_SCALE} ?)*)", after)
    rest = after[multiplier.end() :]
    for symbol in sorted(symbols, key=len, reverse=True):
        own = re.match(rf"((?:{_SCALE} ?)*)", symbol)[1]
        noun = symbol[len(own) :]
        if symbol[:1] in ("", "/") or re.search(rf"(?<!\w){re.escape(noun)}(?!\w)", text):
            break
    else:
        raise ValueError(f"the figure with its unit as printed, {' or '.join(symbols)}")
    if after[:1].isalpha() and not (multiplier[1] or (noun and after.startswith(noun))):
        raise ValueError(f"a space or a known unit after the number, not {after.split()[0]!r}")
    if re.match(r" ?lần\b", after) and "lần" not in listed:
        raise ValueError("a figure in the unit of its indicator, not in lần (times)")
    if stray := re.search(rf"\b{_SCALE}", f"{before} {rest}"):
        raise ValueError(f"a multiplier right after the number only: {stray[0]!r} stands elsewhere")
    printed, unit = (math.prod(SCALES[w] for w in m.split()) for m in (multiplier[1], own))
    return Fraction(printed, unit)


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
