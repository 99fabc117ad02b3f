"""Execute notebooks so that only what they show can change."""

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from hg_analysis.data import DATA

NOTEBOOKS = DATA.parent / "notebooks"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_ASIDE = ".hg-run-"
_LONGEST = 100  # characters of a socket's path; some systems end it at 103


def execute(notebooks=(), data=None, language=None, out=None):
    """Execute notebooks from top to bottom and store their outputs.

    Each is executed aside, and its result replaces the old file at once: a run
    that ends early, or runs at the same time, leave every notebook whole.

    Parameters
    ----------
    notebooks : sequence of path-like
        All of ``notebooks/`` by default; a name without a folder can be one of those.
    data : path-like, optional
        A table of indicators in place of the bundled one.
    language : {"en", "vi"}, optional
        Of figures and tables.
    out : path-like, optional
        Folder for the results; needed with ``data`` or ``language``, since the
        notebooks themselves show the bundled table in English.

    Returns
    -------
    int
        0, or 1 where a notebook could not be executed (the rest still are).
    """
    parameters = {"language": language} if language else {}
    if data is not None:
        parameters["data"] = str(Path(data).resolve())
    notebooks = notebooks or sorted(NOTEBOOKS.glob("*.ipynb"))
    paths = dict.fromkeys(_find(path).resolve() for path in notebooks)
    folder = None if out is None else Path(out)
    if problem := _refusal(paths, folder, bool(parameters), out):
        print(problem, file=sys.stderr)
        return 1
    # Some kernels print a warning about a debugger that nothing here uses.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    status = 0
    for path in paths:
        problem = _execute(path, folder or path.parent, parameters)
        print(f"{path.name}: {problem or 'executed'}", file=sys.stderr if problem else sys.stdout)
        status |= bool(problem)
    return status


def _find(path):
    """Return a notebook's path; a bare name that is no file here is one of the project's."""
    path = Path(path)
    here = path.is_file() or path.name != str(path)
    return path if here else NOTEBOOKS / f"{path.stem}.ipynb"


def _refusal(paths, folder, changed, out):
    """Say why nothing may be executed: a result would replace what it should not."""
    if out is not None and not str(out):
        return "--out needs the name of a folder"
    if changed and folder is None:
        return "--data and --language need --out: the notebooks keep the bundled data in English"
    if folder is None:
        return ""
    kept = {NOTEBOOKS, *(path.parent for path in paths)}
    if changed and folder.exists() and any(p.exists() and p.samefile(folder) for p in kept):
        return f"{folder} holds the notebooks themselves; --data and --language need another --out"
    names = [path.name.casefold() for path in paths]
    twice = [path.name for path in paths if names.count(path.name.casefold()) > 1]
    return f"{twice[0]}: two notebooks of this name would meet in {folder}" if twice else ""


def _execute(path, folder, parameters):
    """Execute one notebook into a folder; return what went wrong, if anything."""
    import nbformat
    from papermill import execute_notebook
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    try:
        nbformat.read(path, 4)
    except FileNotFoundError:
        return "no such notebook"
    except ValueError:
        return "not a notebook"
    folder.mkdir(parents=True, exist_ok=True)
    with aside() as private:
        result = private / path.name
        # By default the sockets of all kernels lie in one folder under the same few
        # names, where two kernels that start together take each other's.
        kernel = {"connection_file": str(private / "kernel.json")}
        if os.name == "posix" and len(os.fsencode(private)) < _LONGEST - len("/kernel-ipc-5"):
            kernel["transport"] = "ipc"
        try:
            execute_notebook(
                path,
                result,
                parameters,
                cwd=path.parent,
                kernel_name="python3",
                language="python",
                progress_bar=sys.stderr.isatty(),
                config=Config({"KernelManager": kernel}),
                extra_arguments=["--log-level=50"],  # the run says why it ends, not the kernel
            )
        except PapermillExecutionError as error:
            return f"cell {error.cell_index + 1} failed, {error.ename}: {error.evalue}"
        except RuntimeError as error:  # so nbclient says that a kernel ended or never began
            return str(error)
        text = nbformat.writes(normalise(nbformat.read(result, 4))) + "\n"
    target = folder / path.name
    if not target.exists() or target.read_bytes() != text.encode():
        replace(target, text.encode())
    return ""


@contextmanager
def aside(parent=None):
    """Give a folder that nothing else uses, and remove those that killed processes left.

    Parameters
    ----------
    parent : path-like, optional
        Where; the system's folder for temporary files by default.

    Yields
    ------
    pathlib.Path
        Removed at the end with all that it holds.
    """
    parent = Path(parent or tempfile.gettempdir()).resolve()
    with suppress(ImportError):  # where there is no fcntl, leftovers stay
        _sweep(parent)
    with tempfile.TemporaryDirectory(
        dir=parent, prefix=_ASIDE, ignore_cleanup_errors=True
    ) as folder:
        # The lock ends with the process, however that ends. It is there before the
        # folder holds anything, and what holds nothing is not swept away.
        held = _lock(folder)
        try:
            yield Path(folder)
        finally:
            if held is not None:
                os.close(held)


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
    with aside(target.parent) as folder:
        new = folder / target.name
        new.write_bytes(content)
        os.replace(new, target)


def normalise(notebook):
    """Leave in a notebook's metadata only what does not change from run to run.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Changed in place.

    Returns
    -------
    nbformat.NotebookNode
        The same: without times, versions and tool metadata; the alt text of a
        cell's picture where MyST-NB looks for it.
    """
    notebook.metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = {"tags": tags} if tags else {}
        for output in cell.get("outputs", ()):
            alt = output.get("metadata", {}).get("image/png", {}).get("alt")
            if alt:
                cell.metadata["mystnb"] = {"image": {"alt": alt}}
    return notebook
