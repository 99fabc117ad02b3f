"""Files written whole, folders that nothing else uses, names that any terminal shows."""

import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

_ASIDE = ".hg-run-"


@contextmanager
def aside(parent=None, named=None):
    """Give a folder that nothing else uses, and remove those that killed processes left.

    Parameters
    ----------
    parent : path-like, optional
        Where; the system's folder for temporary files by default.
    named : path-like, optional
        What an error names in place of the folder that nobody chose.

    Yields
    ------
    pathlib.Path
        Removed at the end with all that it holds.
    """
    parent = Path(parent or tempfile.gettempdir())
    with suppress(ImportError):  # where there is no fcntl, leftovers stay
        _sweep(parent)
    options = {"dir": os.path.realpath(parent), "prefix": _ASIDE, "ignore_cleanup_errors": True}
    try:
        with tempfile.TemporaryDirectory(**options) as folder:
            # The lock ends with the process, however that ends. It is there before the
            # folder holds anything, and what holds nothing is not swept away.
            held = _lock(folder)
            try:
                yield Path(folder)
            finally:
                if held is not None:
                    os.close(held)
    except OSError as error:
        if named or _ASIDE in str(error.filename):
            raise OSError(error.errno, error.strerror, str(named or parent)) from None
        raise


def _lock(folder):
    """Lock a folder; return its handle, or None where that cannot be done."""
    with suppress(ImportError):
        import fcntl

        handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except OSError:
            os.close(handle)
    return None


def _sweep(parent):
    """Remove the folders aside that no living process has locked."""
    for folder in parent.glob(f"{_ASIDE}*"):
        with suppress(OSError):
            if any(folder.iterdir()) and (held := _lock(folder)) is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(held)


def replace(target, content):
    """Write a file whole: whoever reads it sees the old content or the new.

    Parameters
    ----------
    target : pathlib.Path
        A link is replaced, not followed.
    content : bytes
    """
    with aside(target.parent, target) as folder:
        new = folder / target.name
        new.write_bytes(content)
        os.replace(new, target)


def one_line(text):
    r"""Write a text so that it is one line on any terminal: no colours, no control characters.

    Examples
    --------
    >>> one_line("a\nb\x1b[31m red")
    'a\\nb red'
    """
    text = re.sub(r"\x1b\[[\d;]*m", "", str(text))
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
