"""Whether the numbers of an edited briefing still say what their rows say.

Each number of the file is tied to a number of the record in the file, or else of the notebooks:
to the one with the same words around it. So it may move, and the words may change. A number of a
new sentence is judged by the indicator, place, year and unit that are named beside it.
"""

import errno
import math
import re
import unicodedata
from collections import Counter
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from difflib import SequenceMatcher
from functools import cache, cached_property
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from hg_analysis import words
from hg_analysis.briefings import content
from hg_analysis.briefings.content import Collection, Text
from hg_analysis.briefings.record import Record, opened
from hg_analysis.table import HOME, called, companion, entries, moments
from hg_analysis.tools import links
from hg_analysis.tools.aside import one_line

STATED, ROUNDED, UNKNOWN = "as stated", "rounded right", "unknown"
ALTERED, TURNED = "altered", "bound or direction turned round"
VERDICTS = STATED, ROUNDED, ALTERED, TURNED, UNKNOWN
_NUMERAL = re.compile(r"(?<!\w)(?<!\d[.,])([+−-])?(\d+(?:[.,]\d+)*)")
_WORD = re.compile(r"\b(?:19|20)\d\d\b|[^\W\d_]+|%")
# Numerals that are no figures, beyond those of notebooks: addresses, telephone numbers, documents,
# marks of notes, list numbers, times, days, parts of a document.
_NO_FIGURE = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+|(?:\+84|\b0)\d{1,3}(?:[ .-]?\d{3,4}){2}\b"
    r"|\b\d+[-/](?:\d{4}/)?[A-ZĐ]{2,}[\w/-]*|[\[(]\d{1,2}[\])]|^\s*\d{1,2}[.)](?=\s)"
    r"|\b\d{1,2}(?:h\d{0,2}|:\d\d)\b|\b\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d\b"
    r"|(?i:\b(?:điều|khoản|chương|phần|mục|bảng|hình|trang|bước|slide|table|chart|page|article"
    r"|part|section|step|box|note)) \d+"
)
_CLAUSE = re.compile(r"[;:,.()](?=\s|$)|\n| [|–—-] ")
_LIMITS = dict(links.PROSE[links.PROSE.part.isin(["limit", "beside"])][["words", "means"]].values)
_LIMITS |= dict(zip("≥≤><≈", "><><~"))
_SPACED = "|".join(sorted(map(re.escape, _LIMITS), key=len, reverse=True))
_COMPARED = r"(?<!cao )(?<!thấp )(?<!nhiều )(?<!ít )(?<!kém )(?<!lớn )(?<!nhỏ )(?<!nhanh )"
_LIMIT = re.compile(rf"{_COMPARED}(?<!\w)({_SPACED})(?: [^\W\d]+)?[\s(“]*$", re.I)
_ANY_LIMIT = re.compile(
    rf"{_COMPARED}(?<!\w)(?:{_SPACED})(?=(?: [^\W\d]+)?[\s(“]*(?!(?:19|20)\d\d\b)\d)", re.I
)
_SCALES = {"nghìn": 3, "ngàn": 3, "triệu": 6, "tỷ": 9, "tỉ": 9}
_SCALES |= {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALE = re.compile(rf"\s*((?:\b(?:{'|'.join(_SCALES)})\b ?(?!(?:lệ|trọng|suất|số)\b))*)", re.I)

_COMPARING = re.compile(
    r"\b(?:hơn|so với|vượt|bằng|than|above|below|versus|compared (?:with|to)|exceed\w*|passed)\b",
    re.I,
)
_OF = re.compile(r"[%\s]*(?:[^\W\d]+ ){0,3}?(?:of|in|for|của|ở|tại) (.*)", re.I)
_W = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
}


class Verdict(NamedTuple):
    """What became of a number: where it stands, its row, and what would be right."""

    where: str
    number: str
    verdict: str
    row: str = ""
    right: str = ""
    text: str = ""
    why: str = ""


class _Number:
    """A number of a sentence, and the words around it."""

    def __init__(self, sentence, match, key=""):
        self.sentence, self.key, self.language = sentence, key, sentence.language
        self.sign, self.digits, (self.start, self.end) = match[1], match[2], match.span()
        self.before, self.after = sentence.text[: self.start], sentence.text[self.end :]
        self.scale, self.unit = _scaled(
            re.sub(r"\bper ?cent\b|(?<!điểm )phần trăm", "%", self.after)
        )

    @cached_property
    def free(self):
        """Whether it is no figure: a year, a date, a list number."""
        found = (
            m.span() for p in (links._FREE, _NO_FIGURE) for m in p.finditer(self.sentence.text)
        )
        return not self.key and any(
            a <= self.end - len(self.digits) and self.end <= b for a, b in found
        )

    @property
    def value(self):
        """Its value and decimals in the notation of its sentence; None where it is in another."""
        group, point = links.NOTATION[self.language]
        if not links.NUMBER[self.language].fullmatch(self.digits):
            return None
        plain = self.digits.replace(group, "").replace(point, ".")
        return Decimal(plain), len(plain.partition(".")[2])

    @cached_property
    def near(self):
        """The words next to it."""
        return _words(self.before)[-3:], _words(self.after)[:1]

    @property
    def limit(self):
        """The limit that is said beside it: ">", "<", "~" or nothing, and its words."""
        found = _LIMIT.search(self.before)
        later = links._says("after", self.after[:16])
        return (
            (_LIMITS[found[1].lower()], found[1]) if found else next(iter(later.items()), ("", ""))
        )

    @property
    def clause(self):
        """The words between commas around it, without those of a limit."""
        before, after = _CLAUSE.split(self.before)[-1], _CLAUSE.split(self.after)[0]
        return _unlimited(f"{before}0{after}")

    def around(self, weight):
        """Return the words on each side by their weight, which falls with their distance."""
        sides = Counter()
        for side, text in (-1, self.before), (1, self.after):
            for n, word in enumerate(_words(text)[::side][:8]):
                sides[side, word] = max(sides[side, word], weight(word) * 0.8**n)
        return sides


class _Sentence:
    """A sentence of the file, of its record or of a notebook."""

    def __init__(self, text, where, language, keys=()):
        self.text, self.where = text, where
        self.language = _language(text, language)
        tied = {start: key for start, _, key in keys}
        found = _NUMERAL.finditer(text)
        self.numbers = [_Number(self, m, tied.get(m.start(2), "")) for m in found]
        self.bag = {*_words(text)} - {"%"}


class _Pool:
    """Sentences of which it is known what row each number states."""

    def __init__(self, sentences, values):
        self.sentences = [sentence for sentence in sentences if sentence.numbers]
        self.values = values
        self.common = Counter(word for s in self.sentences for word in s.bag)
        self.weight = cache(lambda w: math.log(1 + len(self.sentences) / (1 + self.common[w])))
        self.alike = {(s.where, s.text): s for s in self.sentences}
        self.sizes = [sum(map(self.weight, s.bag)) for s in self.sentences]
        self.around = cache(lambda number: number.around(self.weight))

    def ties(self, sentence):
        """Return by each number of a sentence the number here that it was, if any."""
        at = sentence.where.split(",")[0]
        same = self.alike.get((at, sentence.text)) or self.alike.get(("", sentence.text))
        if same and (same.where or len(same.bag) > 3):  # nobody edited it
            return dict(zip(sentence.numbers, same.numbers))
        pairs, here = [], sum(map(self.weight, sentence.bag))
        for other, there in zip(self.sentences, self.sizes):
            both = sum(map(self.weight, sentence.bag & other.bag))
            like = both / min(here, there) if here and there else float(here == there)
            whole = 2 * both / (here + there) if here and there else like
            if like >= 0.25:
                near = SequenceMatcher(None, _words(sentence.text), _words(other.text)).ratio()
                order = max(0, near - 0.5)  # of sentences built alike, numbers in the same place
                for number in sentence.numbers:
                    pairs += [self._pair(number, old, like, whole, order) for old in other.numbers]
        ties, taken = {}, set()
        for _, number, old in sorted(filter(None, pairs), key=lambda pair: -pair[0]):
            if number not in ties and old not in taken:
                ties[number] = old
                taken.add(old)
        for (one, its), (other, others) in combinations(ties.items(), 2):
            crossed = self._same(one, others) and self._same(other, its)
            placed = one.near == its.near and other.near == others.near
            if crossed and not placed and not (self._same(one, its) or self._same(other, others)):
                ties |= {one: others, other: its}  # the clauses were exchanged, not the numbers
        return ties

    def _same(self, number, old):
        row = self.values.get(old.key)
        return bool(row and _fit(number, row, old.key)) or number.value == old.value

    def _pair(self, number, old, like, whole, order):
        """Return how sure it is that a number was that other one, and both, if it may be."""
        one, other = self.around(number), self.around(old)
        crossed = Counter({(-side, word): size / 2 for (side, word), size in other.items()})
        size = (one.total() + other.total()) / 2
        beside = 0.6 * ((one & (other | crossed)).total() / size if size else 1)
        same = self._same(number, old)
        alike = number.free == old.free and _is_year(number) == _is_year(old)
        if same:  # few digits agree by chance
            few = len(re.sub(r"\D|^0", "", number.digits)) < 3
            needed = 0.2 if not few else 0.35 if number.value == old.value else 0.55
            if 0.4 * like + beside < needed:
                return None
        elif 0.4 * whole + beside < 0.65 or not alike:
            return None
        elif _in_years(old.key, old) and not _in_years(old.key, number):
            return None  # of another year
        sure = 0.4 * (like if same else whole) + beside
        near = len(number.near[0]) > 1 and number.near == old.near and order
        sure += 0.4 * same + near - 0.2 * (not alike)
        sure += 0.1 * SequenceMatcher(None, number.digits, old.digits).ratio()
        sure += 0.05 * (number.sentence.where.split(",")[0] == old.sentence.where)
        return sure, number, old


def review(path):
    """Judge each number of an edited briefing.

    Parameters
    ----------
    path : path-like
        A presentation (.pptx), document (.docx) or text in Markdown (.md).

    Returns
    -------
    list of Verdict
        In the order of the file; numerals that are no figures only where they were changed.

    Raises
    ------
    OSError
        Where it is missing or cannot be opened.
    """
    record, texts = _read(Path(path))
    spoken = Counter(_language(text, "") for _, text in texts)
    language = record.language if record else max(words.LANGUAGES, key=lambda each: spoken[each])
    judge = _Judge(language, record)
    found = []
    for where, text in texts:
        if where.endswith("chart"):  # its numbers have a point, whatever the language
            name, _, value = text.rpartition(" | ")
            text = f"{name} | {value.replace('.', links.NOTATION[_language(name, language)][1])}"
        for sentence in _sentences(Text(unicodedata.normalize("NFC", text)), where, language):
            found += judge.sentence(sentence)
    return found


def print_review(path):
    """Print what became of each number, one a line; return 1 where one is wrong, else 0."""
    found = review(path)
    for each in found:
        where = re.sub("[a-z]+", lambda part: words.label(f"review.{part[0]}"), each.where)
        form = "told" + ".right" * bool(each.right) + ".why" * bool(each.why)
        named = words.label(f"review.{each.verdict}")
        parts = each._asdict() | {"where": where, "verdict": named}
        print(one_line(words.label(f"review.{form}", **parts)))
    counts = Counter(each.verdict for each in found)
    told = (f"{words.label(f'review.{verdict}')} {counts[verdict]}" for verdict in VERDICTS)
    print(words.label("review.counts", count=str(len(found)), counts=", ".join(told)))
    return int(bool(counts[ALTERED] + counts[TURNED]))


class _Judge:
    """Compares the sentences of a file with its record and the notebooks."""

    def __init__(self, language, record):
        self.language, self.record = language, record
        self.collections = cache(Collection)
        self.collections(language)

    @cached_property
    def recorded(self):
        """The sentences of the record."""
        texts = self.record.texts if self.record else ()
        made = ((Text(plain, tuple(map(tuple, keys))), where) for where, plain, keys in texts)
        where = "slide {}".format
        told = [s for t, at in made for s in _sentences(t, at and where(at), self.language)]
        return _Pool(told, self.collections(self.language).values)

    @cache  # noqa: B019, one judge a file
    def noted(self, language):
        """Return the sentences of the notebooks."""
        held = self.collections(language)
        words.use_language(self.language)
        cells = (c for b in held.books.values() for c in b.cells if c.cell_type == "markdown")
        blocks = [b for c in cells for b in re.split(r"\n\n|\n(?=[-|] ?)", c.source)]
        drawn = (content._picture(c) for b in held.books.values() for c in b.cells)
        blocks += [picture["message"] for picture in drawn if picture]
        return _Pool([s for b in blocks for s in _sentences(Text.of(b), "", language)], held.values)

    def sentence(self, sentence):
        """Return the verdicts on a sentence's numbers."""
        if not sentence.numbers:
            return
        ties = self.recorded.ties(sentence)
        noted = self.noted(sentence.language)
        if any(n not in ties and not n.free for n in sentence.numbers) or not self.record:
            ties = noted.ties(sentence) | ties
        turned = _turned(sentence, ties)
        for number in sentence.numbers:
            if old := ties.get(number):
                pool = self.recorded if old.sentence in self.recorded.sentences else noted
                told = _judged(number, old, pool.values, turned.get(number, ""))
            else:
                told = _by_name(number, noted.values)
            others = {tied.key for n, tied in ties.items() if n is not number} & noted.values.keys()
            if told.verdict != STATED and (number.limit[0] or number.scale):  # "7.6%, nearly 8%"
                said = (k for k in others if _fit(number, noted.values[k], k) == ROUNDED)
                if again := next(said, ""):
                    told = Verdict("", "", ROUNDED, again)
            if not number.free or told.verdict in (ALTERED, TURNED):
                at = sentence.where
                if at.startswith("line"):
                    at = f"line {int(at[5:]) + number.before.count(chr(10))}"
                shown = (number.sign or "") + number.digits
                yield told._replace(where=at, number=shown, text=" ".join(sentence.text.split()))


def _judged(number, old, values, turned):
    """Return the verdict on a number that was another one."""
    told = Verdict("", "", STATED, old.key)
    if not old.key:
        same = number.value == old.value
        return told if same else told._replace(verdict=ALTERED, right=old.digits)
    row = values.get(old.key)
    if not row:
        return told._replace(verdict=UNKNOWN, why=words.label("review.gone"))
    fit, right = _fit(number, row, old.key), _right(number, row, old)
    if not fit:
        changed = not _fit(old, row, old.key) and number.value == old.value
        why = words.label("review.changed") if changed else ""
        return told._replace(verdict=ALTERED, right=right, why=why)
    if _wrong_unit(number, row):
        why = words.label("review.unit", unit=row.unit)
        return told._replace(verdict=ALTERED, right=right, why=why)
    place = links.parts(old.key)[1]
    if _holder(number) not in (None, place, _holder(old)) or _replaced(place, number, old):
        why = words.label("review.place", place=words.name("place", place))
        return told._replace(verdict=ALTERED, right=right, why=why)
    turned = turned or _limit_turned(number, old, row) or _direction_turned(number, old, row)
    if turned:
        return told._replace(verdict=TURNED, right=right, why=turned)
    return told._replace(verdict=STATED if number.value == old.value else fit)


def _fit(number, row, key):
    """Return how a number states the value of a row: "as stated", "rounded right" or ""."""
    if not number.value:
        return ""
    (value, decimals), (exact, scaled) = number.value, _exact(number, row)
    step = Decimal(1).scaleb(-decimals)
    ways = (ROUND_FLOOR, ROUND_CEILING)[:: -1 if row.value < 0 else 1]  # of sizes without sign
    outwards = dict(zip("><", ways)).get(links._side(row, key), ROUND_HALF_UP)
    if value in {exact.quantize(step, how) for how in (ROUND_HALF_UP, outwards)} and (
        value or not exact
    ):
        whole = decimals >= row.decimals and not scaled
        return STATED if whole or value == exact else ROUNDED
    shown = row.value.quantize(Decimal(1).scaleb(-row.decimals), ROUND_HALF_UP)
    rounder = _digits(value) < _digits(shown)  # else a slip of one digit would be "about"
    rounder &= links._side(row, key) in "=~"  # a bound is exact
    near = rounder and abs(value - exact) <= exact / 20
    right = {"~": near, ">": value < exact, "<": value > exact}
    return ROUNDED if near and right.get(number.limit[0]) else ""


def _digits(value):
    return len(value.normalize().as_tuple().digits)


def _exact(number, row):
    """Return the size of a row's value in the scale of a number, and whether that is another."""
    scale, unit = _scaled(f" {row.unit}")
    said = number.scale or (unit and re.match(rf"{re.escape(unit)}(?!\w)", number.unit))
    times = scale - number.scale if said else 0
    return abs(row.value) * Decimal(10) ** times, bool(times)


def _scaled(text):
    """Return the power of ten that scale words at the start of a text mean, and what follows."""
    found = _SCALE.match(text)
    power = sum(_SCALES[word] for word in found[1].lower().split())
    return power, text[found.end() :].strip()


def _behind(number, row):
    """Return what stands behind a number, as it would in the scale of a row."""
    scale, rest = _scaled(f" {row.unit}")
    own = row.unit.removesuffix(rest) if number.scale and number.scale != scale else ""
    after = f"{own}{number.unit}" if own or not number.scale else number.after
    yearly = r"(?<=/người)(?: ?/ ?| mỗi )năm|(?<=per person) (?:a|per) year"  # goes without saying
    return re.sub(yearly, "", after.replace("|", " ").strip())


def _wrong_unit(number, row):
    """Tell whether a number has another unit than a row; of ranks and rates people are counted."""
    after = _behind(number, row)
    counted = re.search(r"\d", row.unit) and not after.startswith("%")
    return not counted and bool(next(links._of_unit(after, row, number.language), ""))


def _right(number, row, old=None):
    """Write the value of a row as the sentence writes numbers, with its unit."""
    decimals = min(row.decimals, old.value[1] if old and old.value else row.decimals)
    value = abs(row.value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    written = f"{value:,f}".translate(str.maketrans(",.", links.NOTATION[number.language]))
    sign = "−" if row.value < 0 and (not old or old.sign) else ""
    mark = words.SIGNS.get(row.relation, "")
    return f"{mark}{sign}{written}{' ' * (row.unit[:1] != '%')}{row.unit}".strip()


def _unlimited(text):
    """Leave out the limits of numbers: "more than 5" says nothing of a direction."""
    return _ANY_LIMIT.sub("", text)


def _directions(text):
    return {int(sign): word for sign, word in links._says("direction", text).items()}


def _opposed(was, now):
    """Say how words of direction were turned, where they were."""
    if was and now and not was.keys() & now.keys():
        was, now = (next(iter(each.values())) for each in (was, now))
        return words.label("review.turned", was=was, now=now)
    return ""


def _turned(sentence, ties):
    """Return the numbers beside which a word of direction gave way to its opposite."""
    turned = {}
    for old in {tied.sentence: tied for tied in ties.values()}:
        one, other = (_words(_unlimited(each.text)) for each in (old, sentence))
        pair = SequenceMatcher(None, one, other, autojunk=False)
        for tag, a, b, c, d in pair.get_opcodes():
            if tag == "replace" and b - a <= 3 and d - c <= 3:
                was = _directions(" ".join(one[max(a - 1, 0) : b + 1]))
                now = _directions(" ".join(other[max(c - 1, 0) : d + 1]))
                if said := _opposed(was, now):
                    mine = [n for n, tied in ties.items() if tied.sentence is old and tied.key]
                    at = {n: len(_words(_unlimited(n.before + "0"))) for n in mine}
                    turned[min(mine, key=lambda n: abs(at[n] - c), default=None)] = said
    return turned


def _limit_turned(number, old, row):
    """Say which limit stands beside a number where another one, or none, should."""
    (now, said), (was, before) = number.limit, old.limit
    side = links._side(row, old.key)
    if now not in ("<", ">") or now == was or (now == side and not was):
        return ""
    (exact, _), (value, _) = _exact(number, row), number.value
    if not was and side in "=~" and (value < exact if now == ">" else value > exact):
        return ""
    return words.label("review.turned", was=before or side, now=said)


def _direction_turned(number, old, row):
    """Say which direction stands beside a number where its opposite should, or a sign."""
    now, was = _directions(number.clause), _directions(old.clause)
    minus, before = number.sign in ("−", "-"), old.sign in ("−", "-")
    if (before and not minus and -1 not in now) or (minus and not before and row.value > 0):
        return words.label("review.sign")
    return _opposed(was, now) if was else _opposed(_sign(row, old.key), _beside(number))


def _sign(row, key):
    """Return the direction that the value of a change has."""
    indicator = links.parts(key)[0]
    book = entries("codebook").get(indicator) or entries("derived").get(indicator)
    changes = book and book.measure in ("change", "growth")
    if row.value < 0:
        return {-1: "−"}
    return {1: "+"} if changes and not re.search("fall|distance|index", indicator) else {}


def _holder(number):
    """Return the place whose number the words around it say that it is."""
    before = _CLAUSE.split(re.sub(r":\s*$", " ", number.before))[-1]
    owned = re.search(r"(.*)['’]s(?: \w+)?\s*$", before)
    before = owned[1] if owned else _COMPARING.split(before)[0]
    after = _OF.match(_COMPARING.split(_CLAUSE.split(number.after)[0])[0])
    named = " ".join(after[1].split()[:5]) if after else ""
    behind = links._places(named, number.language)
    return (behind[:1] or links._places(before, number.language)[-1:] or [None])[0]


def _in_years(key, number):
    """Tell whether a row is of one of the years that a sentence names, if it names any."""
    period = links.parts(key)[2] if key else ""
    years = {*map(int, re.findall(r"\b(?:19|20)\d\d\b", number.sentence.text))}
    first, last = (int(each[:4]) for each in moments(period)) if period else (0, 9999)
    return not years or any(first <= year <= last for year in years)


def _replaced(place, number, old):
    """Tell whether another place stands in a sentence instead of that of a row."""
    was, now = (links._places(n.sentence.text, n.language) for n in (old, number))
    return place in was and place not in now and bool({*now} - {*was})


def _by_name(number, values):
    """Return the verdict on a number of a new sentence, by what is named beside it."""
    unknown = Verdict("", "", UNKNOWN)
    if number.free:
        return unknown
    said = {*_folded(number.sentence.text).split()}
    text, language = number.sentence.text, number.language
    places = [_holder(number)] if _holder(number) else links._places(text, language) or [HOME]
    fitting = []
    for key, row in values.items():
        indicator, place, period = links.parts(key)
        name = max((n for n in _names(indicator) if n <= said), key=len, default=())
        if name and place in places and not key.endswith(("-low", "-high")):
            dated = bool(period) and "/" not in period and period[:4] in text
            fitting += [(len(name), key in _chosen(), dated, key, row)] * _in_years(key, number)
    fitting.sort(key=lambda each: each[:2], reverse=True)
    for *_, key, row in fitting:
        if number.digits.isdigit() and len(number.digits) < 2 and not number.unit:
            break  # a small count agrees with anything
        if fit := _fit(number, row, key):
            told = Verdict("", "", fit, key)
            if _wrong_unit(number, row):
                why = words.label("review.unit", unit=row.unit)
                told = told._replace(verdict=ALTERED, right=_right(number, row), why=why)
            elif said := _opposed(_sign(row, key), _beside(number)):
                told = told._replace(verdict=TURNED, right=_right(number, row), why=said)
            return told
    for size, _, dated, key, row in fitting:
        others = (n for n in number.sentence.numbers if n is not number)
        named = row.unit and links._unit(row.unit).match(_behind(number, row))
        changes = _sign(row, key) or not (_beside(number) or re.search(r"\bby $", number.before))
        fits = dated and named and changes and size == fitting[0][0]
        if fits and not any(_fit(other, row, key) for other in others):
            return Verdict("", "", ALTERED, key, _right(number, row))
    return unknown


@cache
def _chosen():
    return {*companion("choices").row}


@cache
def _names(indicator):
    """Return the words of each of an indicator's names, in both languages, without marks."""
    book = entries("codebook").get(indicator) or entries("derived").get(indicator)
    names = (book.name_en, book.name_vi) if book else ()
    both = [*names, *(called(name, "vietnam") for name in names)]
    return [frozenset(_folded(name).split()) - {"of", "in", "the"} for name in both]


def _folded(text):
    text = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join(
        re.findall(r"[^\W_]+", "".join(c for c in text if not unicodedata.combining(c)))
    )


def _beside(number):
    """Return the direction that a number's own words give it: "fell by 5", not "fell to 5"."""
    tail = " ".join(number.before.split()[-2:])
    level = re.search(r"\b(?:to|at|from|xuống|còn|từ|lên|đạt)$", tail)
    return {} if level else _directions(_LIMIT.sub("", tail))


def _is_year(number):
    return bool(re.fullmatch(r"(?:19|20)\d\d", number.digits))


def _words(text):
    return _WORD.findall(text.casefold())


def _language(text, default):
    """Tell the language of a text by its words that are no names."""
    plain = [w for w in re.findall(r"\w+", unicodedata.normalize("NFC", text)) if w.islower()]
    if sum(bool(re.search("[à-ỹăđơư]", word)) for word in plain) > 0.4 * len(plain):
        return "vi"
    return "en" if sum(len(word) > 2 for word in plain) > 2 else default


def _sentences(text, where, language):
    plain = re.sub(r"[\s\u200b]", lambda c: "\n" if c[0] == "\n" else " ", text.plain)
    for part in Text(plain, text.keys).sentences():
        yield _Sentence(part.plain, where, language, part.keys)


def _read(path):
    """Return the record of a file, None where it has none, and its texts: where, text."""
    if path.suffix.lower() == ".md":
        return None, _lines(path)
    if path.suffix.lower() not in (".pptx", ".docx"):
        said = "neither .pptx, .docx nor .md; save it as one of these first"
        raise OSError(errno.EINVAL, said, str(path))
    file = opened(path)
    texts = _slides(file) if hasattr(file, "slides") else _document(file)
    return Record.read(file.part.package), [*texts]


def _lines(path):
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise OSError(errno.EINVAL, "not UTF-8; save it as UTF-8 first", str(path)) from None
    texts, block = [], []
    for number, line in enumerate([*lines, ""], 1):
        if block and (not line.strip() or re.match(r"\s*(?:[-*|#>]|\d+\.) ?", line)):
            texts.append((f"line {number - len(block)}", "\n".join(block)))
            block = []
        if line.strip():
            block.append(Text.of(line.strip().strip("|")).plain)
    return texts


def _slides(show):
    for number, slide in enumerate(show.slides, 1):
        at = f"slide {number}"
        yield from _shapes(slide.shapes, at)
        if slide.has_notes_slide:
            yield from _shapes(slide.notes_slide.shapes, f"{at}, notes")


def _shapes(shapes, at):
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes, at)
        elif shape.has_text_frame:
            yield from ((at, _runs(p._p)) for p in shape.text_frame.paragraphs)
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                cells = (" ".join(_runs(p._p) for p in c.text_frame.paragraphs) for c in row.cells)
                yield at, " | ".join(cells)
        elif getattr(shape, "has_chart", False):
            for plot in shape.chart.plots:
                for series in plot.series:
                    for category, value in zip(plot.categories, series.values):
                        if value is not None:
                            yield f"{at}, chart", f"{series.name} | {category} | {value:.10g}"


def _runs(paragraph):
    """Return the text of a paragraph, without fields and marks of notes above the line."""
    told = ""
    for run in paragraph:
        tag = etree.QName(run).localname
        above = run.xpath("./*[local-name()='rPr']/@baseline") if tag == "r" else []
        if tag == "br":
            told += " "
        elif tag == "r" and not any(int(each.rstrip("%")) > 0 for each in above):
            told += "".join(run.xpath("./*[local-name()='t']/text()"))
    return told


def _document(file):
    texts = []
    for part in file.part.package.iter_parts():
        name = re.fullmatch(r"/word/(document|footnotes|endnotes)\.xml", str(part.partname))
        if name:
            kind = "paragraph" if name[1] == "document" else "footnote"
            body = etree.fromstring(part.blob)
            whole = body.xpath(
                "//w:tr[not(ancestor::w:tr)] | //w:p[not(ancestor::w:tr)]", namespaces=_W
            )
            for number, each in enumerate(whole, 1):
                cells = each.xpath("./w:tc", namespaces=_W) or [each]
                texts.append((f"{kind} {number}", " | ".join(map(_written, cells))))
    return sorted(texts, key=lambda text: text[0].startswith("footnote"))


def _written(block):
    """Return the text of a block as it reads with all its changes accepted."""
    own = "not(ancestor::w:del or ancestor::w:moveFrom or ancestor::mc:Fallback)"
    above = "not(parent::w:r/w:rPr/w:vertAlign[@w:val='superscript'])"
    found = block.xpath(
        f".//*[self::w:t[{above}] or self::w:tab or self::w:br][{own}]", namespaces=_W
    )
    told, last = "", None
    for each in found:
        paragraph = next(each.iterancestors(f"{{{_W['w']}}}p"))
        told += " " * (last is not None and last is not paragraph) + (each.text or " ")
        last = paragraph
    return told
