"""Files written whole, and texts of one line on any terminal."""

import os
import re
import tempfile
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
    replace_all({target: content})


def replace_all(contents):
    """Write files whole, all or none: as :func:`replace`, from a dict of target to content."""
    new = {}
    try:
        for target, content in contents.items():
            with tempfile.NamedTemporaryFile(
                dir=target.parent, prefix=".hg-", delete=False
            ) as file:
                new[target] = Path(file.name)
                file.write(content)
            os.chmod(new[target], 0o644)
        for target, path in new.items():
            os.replace(path, target)
    except OSError as error:  # of the file that was meant, not of one that nobody chose
        for path in new.values():
            path.unlink(missing_ok=True)
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
