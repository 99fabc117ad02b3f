"""What is wrong with a file, where, and what to do about it."""

from typing import NamedTuple


class Fault(NamedTuple):
    """One fault in a data file.

    Attributes
    ----------
    file : str
        Name of the file.
    row : int or None
        Line of the file, the header being line 1; ``None`` for the whole file.
    column : str or None
        Column name; ``None`` where the whole row is meant.
    value : str
        What stands there.
    expected : str
        What is allowed there, or what to do.
    """

    file: str
    row: int | None
    column: str | None
    value: str
    expected: str

    def __str__(self):
        place = self.file + (f":{self.row}" if self.row else "")
        column = f" column {self.column}:" if self.column else ""
        value = self.value if len(self.value) < 200 else f"{self.value[:200]}…"
        text = f"{place}:{column} found {value!r}; expected {self.expected}"
        # Names and cells can hold anything; a fault is one line whatever they hold.
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class DataError(ValueError):
    """A data file breaks its rules; ``faults`` lists every fault.

    Parameters
    ----------
    faults : list of Fault
        All faults found, in file order.
    """

    SHOWN = 40

    def __init__(self, faults):
        self.faults = list(faults)
        if not self.faults:
            raise ValueError("a DataError names at least one fault")
        lines = [str(fault) for fault in self.faults[: self.SHOWN]]
        if len(self.faults) > self.SHOWN:
            lines.append(f"… and {len(self.faults) - self.SHOWN} more")
        count = f"{len(self.faults)} fault" + ("s" if len(self.faults) > 1 else "")
        super().__init__("\n".join([f"{count}; nothing was loaded", *lines]))
