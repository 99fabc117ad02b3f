"""Premises: comparisons of rows within their bounds, and what ends them."""

import difflib
import operator
import re

from mpmath import iv

from hg_analysis import words
from hg_analysis.table import TABLES

_KEY = r"[a-z][a-z0-9_]*(?:\.[a-z0-9Q_-]+)+"
_FIELDS = {name: TABLES["choices"][name]["constraints"]["pattern"] for name in ("period", "role")}
_NONE = re.compile(r"no (\w+) (\w+) ({period}) ({role})".format(**_FIELDS))
_TOKEN = re.compile(rf"({_KEY})|(\d+(?:\.\d+)?)|\babs\b|[-+*/()]")
_TESTS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
_FORMS = "'KEY + KEY / 100 < KEY' (+ - * / abs, < <= > >= =), 'KEY prints WORDS' or "
_FORMS += "'no INDICATOR PLACE PERIOD ROLE'"


def evaluated(premises, rows, bundled):
    """Yield each of some premises that has ended, and what ended it.

    Where one's own table lacks a row, its premises are left out.
    """
    for premise in map(str.strip, premises):
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
    sign = sides[1]
    if sign == "=":  # asks whether the two meet
        holds = left.a <= right.b and right.a <= left.b
    else:  # for all of their values, or for some: one pair of ends decides
        ends = (left.b, right.a) if ("<" in sign) != some else (left.a, right.b)
        holds = _TESTS[sign](*ends)
    if holds:
        return ""
    told = [f"{float(side.a):.10g} to {float(side.b):.10g}" for side in (left, right)]
    every = "any" if some else "all"
    return f"{told[0]} is not {sign} {told[1]} for {every} values within these bounds"


def _interval(side, rows):
    """Evaluate one side on the bounds of its figures; nothing but arithmetic is understood."""
    if stray := _TOKEN.sub("", side).strip():
        raise ValueError(f"{stray!r} is not understood")
    names = {"abs": abs, "__builtins__": {}}

    def named(token):
        key, number = token.groups()
        if not key and not number:
            return f" {token[0]} "
        names[f"n{len(names)}"] = iv.mpf([rows[key].low, rows[key].high] if key else number)
        return f" n{len(names) - 1} "

    return iv.mpf(eval(_TOKEN.sub(named, side).strip(), names))  # of tokens, and nothing else
