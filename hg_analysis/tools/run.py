"""Execute notebooks so that only what they show can change."""

import errno
import glob
import os
import sys
from copy import deepcopy
from pathlib import Path

from hg_analysis.table import DATA, load
from hg_analysis.tools.aside import aside, one_line, replace

NOTEBOOKS = DATA.parent / "notebooks"
_INSTALLED = DATA.parent == Path(__file__).resolve().parent.parent
VIETNAMESE = None if _INSTALLED else DATA.parent / "build" / "notebooks" / "vi"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_LONGEST = 100  # characters of a socket's path; some systems end it at 103


class NoNotebook(OSError):
    """Where a notebook should be is none."""


def execute(notebooks=(), data=None, language=None, out=None, finish=None, prepare=None):
    """Execute notebooks from top to bottom and store their outputs.

    Each is executed aside, and its result replaces the old file at once: a run
    that ends early, or runs at the same time, leave every notebook whole.

    Parameters
    ----------
    notebooks : sequence of path-like
        All of ``notebooks/`` by default; a name without a folder can be one of
        those, and so can its number, ``03``.
    data : path-like, optional
        A table of indicators in place of the bundled one.
    language : {"en", "vi"}, optional
        Of figures and tables.
    out : path-like, optional
        Folder for the results; needed with ``data`` or ``language``, since the
        notebooks themselves show the bundled table in English.
    finish : callable, optional
        Called as ``finish(before, after, path)`` with each notebook as it was and
        as it is about to be stored, of which it may change the Markdown; returns
        what is wrong with it and what there is to say, lines both.
    prepare : callable, optional
        Called as ``prepare(notebook, path)`` with each notebook as it is stored;
        returns the one to execute.

    Returns
    -------
    int
        0, or 1 where a notebook could not be executed (the rest still are).

    Raises
    ------
    DataError
        Where ``data`` is not valid; nothing is executed then.
    OSError
        Where a result cannot be written.
    """
    paths = found(notebooks)
    parameters = {"language": language} if language else {}
    if data is not None:
        parameters["data"] = os.path.abspath(data)
    folder = None if out is None else Path(out)
    if problem := _refusal(paths, folder, bool(parameters)):
        print(one_line(problem), file=sys.stderr)
        return 1
    if data is not None:
        load(data)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    for place in {folder or path.parent for path in paths if path.is_file()}:
        with aside(place):
            pass  # what cannot be written is said now, not when all is done
    # Some kernels print a warning about a debugger that nothing here uses.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    from tqdm import tqdm

    status = 0
    with tqdm(paths, unit="notebook", leave=False, disable=not sys.stderr.isatty()) as bar:
        for path in bar:
            bar.set_description(one_line(path.name))
            where = folder or path.parent
            problem, faults, said = _execute(path, where, parameters, finish, prepare)
            lines = [f"{path.name}: {problem or 'executed'}", *faults]
            with bar.external_write_mode():
                stream = sys.stderr if problem or faults else sys.stdout
                print(*map(one_line, lines), sep="\n", file=stream)
                if said:
                    print(*map(one_line, said), sep="\n")
            status |= bool(problem or faults)
    return status


def found(notebooks=()):
    """Return the paths of notebooks that a user names, or of all of them."""
    return list(dict.fromkeys(map(_find, notebooks or sorted(NOTEBOOKS.glob("*.ipynb")))))


def read(path):
    """Read a notebook.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    nbformat.NotebookNode

    Raises
    ------
    NoNotebook
        If there is none, or the file holds something else.
    """
    import nbformat

    if not path.is_file():
        raise NoNotebook(errno.ENOENT, "no such notebook", path.name)
    try:
        notebook = nbformat.read(path, 4)
        nbformat.validate(notebook)
    except OSError:
        raise
    except Exception:  # a file can hold anything, and nbformat fails on it in many ways
        raise NoNotebook(errno.EINVAL, "not a notebook", path.name) from None
    return notebook


def _find(path):
    """Return a notebook's path; a bare name that is no file here is one of the project's."""
    path = Path(path)
    if not path.is_file() and path.name == str(path):
        for pattern in (f"{glob.escape(path.stem)}.ipynb", f"{glob.escape(path.name)}_*.ipynb"):
            path = min(NOTEBOOKS.glob(pattern), default=path)
    return Path(os.path.realpath(path))


def _refusal(paths, folder, changed):
    """Say why nothing may be executed: a result would replace what it should not."""
    if folder is None:
        if changed:
            return (
                "--data and --language need --out: the notebooks keep the bundled data in English"
            )
        if _INSTALLED and any(path.parent == NOTEBOOKS for path in paths):
            return (
                "the notebooks of an installed package stay as they are; name a folder with --out"
            )
        return ""
    kept = {NOTEBOOKS, *(path.parent for path in paths)}
    if changed and folder.exists() and any(p.exists() and p.samefile(folder) for p in kept):
        return f"{folder} holds the notebooks themselves; --data and --language need another --out"
    names = [path.name.casefold() for path in paths]
    twice = [path.name for path in paths if names.count(path.name.casefold()) > 1]
    return f"{twice[0]}: two notebooks of this name would meet in {folder}" if twice else ""


def _execute(path, folder, parameters, finish, prepare):
    """Execute one notebook into a folder; return what went wrong and what there is to say."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from traitlets.config import Config

    try:
        before = read(path)
    except NoNotebook as error:
        return error.strerror, [], []
    notebook = _prepared(prepare(before, path) if prepare else before, parameters)
    with aside() as private:
        # By default the sockets of all kernels lie in one folder under the same few
        # names, where two kernels that start together take each other's.
        kernel = {"connection_file": str(private / "kernel.json")}
        if os.name == "posix" and len(os.fsencode(private)) < _LONGEST - len("/kernel-ipc-5"):
            kernel["transport"] = "ipc"
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            resources={"metadata": {"path": str(path.parent)}},
            config=Config({"KernelManager": kernel}),
            extra_arguments=["--log-level=50"],  # the run says why it ends, not the kernel
        )
        at = ""
        try:
            with client.setup_kernel():
                for number, cell in enumerate(notebook.cells):
                    at = f"cell {cell.get('id', number + 1)}: "
                    client.execute_cell(cell, number)
        except CellExecutionError as error:
            return at + f"{error.ename}: {' '.join(error.evalue.split())}".rstrip(": "), [], []
        except RuntimeError as error:  # so nbclient says that a kernel ended or never began
            return f"{at}{error}", [], []
    normalise(notebook)
    faults, said = finish(before, notebook, path) if finish else ([], [])
    content, target = (nbformat.writes(notebook) + "\n").encode(), folder / path.name
    if not target.exists() or target.read_bytes() != content:
        replace(target, content)
    return "", faults, said


def _prepared(notebook, parameters):
    """Return a copy without outputs, its parameters set by a cell of a lasting id."""
    notebook = deepcopy(notebook)
    if parameters:
        from papermill import execute_notebook

        given = {"kernel_name": "python3", "language": "python", "prepare_only": True}
        notebook = execute_notebook(notebook, None, parameters, progress_bar=False, **given)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell.id = "injected-parameters"
    return notebook


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
