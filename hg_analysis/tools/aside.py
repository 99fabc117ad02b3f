"""Files written whole, and texts of one line on any terminal."""

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path


def replace(target, content):
    """Write a file whole: whoever reads it sees the old content or the new.

    Parameters
    ----------
    target : pathlib.Path
        A link is replaced, not followed.
    content : bytes

    Raises
    ------
    OSError
        Where it cannot be written; the old file is whole then, and nothing stands beside it.
    """
    new = None
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".hg-", delete=False) as file:
            new = Path(file.name)
            file.write(content)
        os.chmod(new, 0o644)
        os.replace(new, target)
    except OSError as error:  # of the file that was meant, not of one that nobody chose
        with suppress(OSError):
            new and new.unlink()
        raise OSError(error.errno, error.strerror, str(target)) from None


def one_line(text):
    r"""Write a text so that it is one line on any terminal: no colours, no control characters.

    Examples
    --------
    >>> one_line("a\nb\x1b[31m red")
    'a\\nb red'
    """
    text = re.sub(r"\x1b\[[\d;]*m", "", str(text))
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
