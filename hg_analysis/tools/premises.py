"""Premises: comparisons of rows within their bounds, and what ends them."""

import difflib
import re

from mpmath import iv

from hg_analysis import words
from hg_analysis.table import TABLES

_KEY = r"[a-z][a-z0-9_]*(?:\.[a-z0-9Q_-]+)+"
_FIELDS = {name: TABLES["choices"][name]["constraints"]["pattern"] for name in ("period", "role")}
_NONE = re.compile(r"no (\w+) (\w+) ({period}) ({role})".format(**_FIELDS))
_TOKEN = re.compile(rf" *(?:({_KEY})|(\d+(?:\.\d+)?)|(abs\b|[-+*/()]))")
_TESTS = {  # of two intervals: for all of their values, but of '=', which asks whether they meet
    "<=": lambda a, b: a.b <= b.a,
    ">=": lambda a, b: a.a >= b.b,
    "<": lambda a, b: a.b < b.a,
    ">": lambda a, b: a.a > b.b,
    "=": lambda a, b: a.a <= b.b and b.a <= a.b,
}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_FORMS = "'KEY + KEY / 100 < KEY' (+ - * / abs, < <= > >= =), 'KEY prints WORDS' or "
_FORMS += "'no INDICATOR PLACE PERIOD ROLE'"


def evaluated(premises, rows, bundled):
    """Yield each of some premises that has ended, and what ended it.

    Where one's own table lacks a row, its premises are left out.
    """
    for premise in map(str.strip, premises.split(";")):
        try:
            why = ended(premise, rows)
        except KeyError as error:
            near = difflib.get_close_matches(error.args[0], rows, 1)
            why = f"no row has the key {error.args[0]}" + "".join(f"; {k}?" for k in near)
            why *= bundled
        except Exception as error:  # a premise can hold anything
            why = f"it is none of {_FORMS}: {error}"
        if why:
            yield premise, why


def ended(premise, rows, some=False):
    """Return what ends a premise; nothing where it holds, for all values or for some of them."""
    if none := _NONE.fullmatch(premise):
        if not (words.known("indicator", none[1]) and words.known("place", none[2])):
            raise ValueError(f"{none[1]} or {none[2]} is not known")
        figures = {(r.indicator, r.place, r.period, r.role): key for key, r in rows.items()}
        return "".join(f"there is {key}" for key in [figures.get(none.groups())] if key)
    if printed := re.fullmatch(rf"({_KEY}) prints (.+)", premise):
        text = rows[printed[1]].printed
        alone = rf"(?<![\w.,]){re.escape(printed[2])}(?!\w|[.,]\d)"
        return "" if re.search(alone, text) else f"{printed[1]} prints {text!r}"
    sides = re.split(r"([<>]=?|=)", premise)
    if len(sides) != 3:
        raise ValueError("one comparison is asked for")
    left, right = (_interval(side, rows) for side in sides[::2])
    holds = _TESTS[sides[1]](left, right)
    if some and sides[1] != "=":  # unless the opposite is so for all of them
        holds = not _TESTS[_OPPOSITE[sides[1]]](left, right)
    if holds:
        return ""
    told = [f"{float(side.a):.10g} to {float(side.b):.10g}" for side in (left, right)]
    every = "any" if some else "all"
    return f"{told[0]} is not {sides[1]} {told[1]} for {every} values within these bounds"


def _interval(side, rows):
    """Evaluate one side on the bounds of its figures; nothing but arithmetic is understood."""
    names, text, at = {"abs": abs, "__builtins__": {}}, "", 0
    while at < len(side.rstrip()):
        token = _TOKEN.match(side, at)
        if not token:
            raise ValueError(f"{side[at:].strip()!r} is not understood")
        key, number, sign = token.groups()
        if key or number:
            sign = f"n{len(names)}"
            names[sign] = iv.mpf([rows[key].low, rows[key].high] if key else number)
        text, at = f"{text} {sign}", token.end()
    return iv.mpf(eval(text.strip(), names))  # of the tokens above, and of no others
