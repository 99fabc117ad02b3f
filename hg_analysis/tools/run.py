"""Execute notebooks, one after another in this process, and store what they show."""

import errno
import glob
import json
import os
import sys
from base64 import b64encode
from contextlib import chdir, contextmanager, nullcontext, suppress
from copy import deepcopy
from importlib import import_module
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_output

from hg_analysis.table import DATA, load
from hg_analysis.tools.aside import one_line, replace

NOTEBOOKS = DATA.parent / "notebooks"
VIETNAMESE = DATA.parent / "build" / "notebooks" / "vi"
show = import_module("hg_analysis.show")  # hg_analysis.show is the function
_SET = "injected-parameters"  # papermill's tag
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@contextmanager
def remembered(language=None):
    """Let pictures be drawn only where what they draw, or the code that draws, has changed."""
    path = DATA.parent / "build" / f"drawn-{language or 'en'}.json"
    with suppress(OSError, ValueError):
        show.DRAWN |= json.loads(path.read_text("utf-8"))
    try:
        yield
    finally:
        with suppress(OSError):  # then they are drawn again
            replace(path, json.dumps(show.DRAWN).encode())


def execute(notebooks=(), data=None, language=None, out=None, finish=None, prepare=None):
    """Execute notebooks from top to bottom and store their outputs.

    Each replaces the old file at once: a run that ends early leaves every notebook whole.

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
        Called as ``finish(before, after, path, beside)`` with each notebook as it was and
        as it is about to be stored, of which it may change the Markdown, and with all that
        were executed, by file name; returns what is wrong with it and what there is to say,
        lines both.
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
        Where a result cannot be written, or would replace what it should not.
    """
    from tqdm import tqdm

    paths, folder, status = found(notebooks), None if out is None else Path(out), 0
    parameters = {"language": language} if language else {}
    if data is not None:
        parameters["data"] = os.path.abspath(data)
        load(data)
    _refuse(paths, folder, parameters)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    executed = {}
    with nullcontext() if data else remembered(language):  # other tables may name things otherwise
        for path in tqdm(paths, unit="notebook", leave=False, disable=None):
            try:
                before = read(path)
                notebook = prepare(before, path) if prepare else deepcopy(before)
                problem = run_cells(notebook, path.parent, parameters)
            except OSError as error:
                problem = f"{error.strerror or error}"
            if problem:
                tqdm.write(one_line(f"{path.name}: {problem}"), file=sys.stderr)
            else:
                executed[path] = before, normalise(notebook)
    for path, (before, notebook) in executed.items():  # whose sentences speak of each other's rows
        beside = {other.name: book for other, (_, book) in executed.items()}
        faults, said = finish(before, notebook, path, beside) if finish else ([], [])
        content = (nbformat.writes(notebook) + "\n").encode()
        target = (folder or path.parent) / path.name
        if not target.exists() or target.read_bytes() != content:
            replace(target, content)
        lines = [f"{path.name}: executed", *faults, *said]
        print(*map(one_line, lines), sep="\n", file=sys.stderr if faults else sys.stdout)
        status |= bool(faults)
    return status | (len(executed) < len(paths))


def run_cells(notebook, folder, parameters=None):
    """Execute a notebook's cells in a shell of their own.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Its outputs are replaced.
    folder : path-like
        In which it runs.
    parameters : dict, optional
        Set by a cell behind the one tagged ``parameters``.

    Returns
    -------
    str
        The cell that failed and why; empty where none did.
    """
    import matplotlib
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.display import display
    from IPython.utils.capture import capture_output

    _set(notebook, parameters or {})
    InteractiveShell.clear_instance()
    shell, number = InteractiveShell.instance(), 0
    shell.history_manager.enabled = False
    # A cell's last value is shown, as in a kernel, not printed as in a terminal.
    shell.display_trap.hook = lambda value: value is None or display(value)
    try:
        with chdir(folder), matplotlib.rc_context():
            for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
                with capture_output() as seen:
                    result = shell.run_cell(cell.source)
                error = result.error_before_exec or result.error_in_exec
                if isinstance(error, KeyboardInterrupt):
                    raise error
                if error:
                    return f"cell {cell.id}: {type(error).__name__}: {error}".rstrip(": ")
                said = [("stdout", seen.stdout), ("stderr", seen.stderr)]
                cell.outputs = [new_output("stream", name=name, text=t) for name, t in said if t]
                for each in seen.outputs:
                    shown = {kind: _text(data) for kind, data in each.data.items()}
                    cell.outputs.append(new_output("display_data", shown, metadata=each.metadata))
                cell.execution_count = number = number + 1
    finally:
        shell.restore_sys_module_state()
        InteractiveShell.clear_instance()
    return ""


def _text(data):
    return b64encode(data).decode() if isinstance(data, bytes) else data


def _set(notebook, parameters):
    """Put a cell that sets parameters behind the one that is tagged so, as papermill does."""
    cells = [cell for cell in notebook.cells if _SET not in cell.metadata.get("tags", ())]
    tagged = [n for n, cell in enumerate(cells, 1) if "parameters" in cell.metadata.get("tags", ())]
    for number in tagged[:1] if parameters else ():
        lines = ["# Parameters", *(f"{name} = {value!r}" for name, value in parameters.items())]
        cells.insert(number, new_code_cell("\n".join(lines), id=_SET, metadata={"tags": [_SET]}))
    notebook.cells = cells


def found(notebooks=()):
    """Return the paths of notebooks that a user names, or of all of them."""
    return list(dict.fromkeys(map(_find, notebooks or sorted(NOTEBOOKS.glob("*.ipynb")))))


def _find(path):
    """Return a notebook's path; a bare name that is no file here is one of the project's."""
    path = Path(path)
    if not path.is_file() and path.name == str(path):
        name = glob.escape(path.name)
        for pattern in (f"*_{name}*.ipynb", f"{name}_*.ipynb", f"{glob.escape(path.stem)}.ipynb"):
            path = min(NOTEBOOKS.glob(pattern), default=path)
    return Path(os.path.realpath(path))


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
    OSError
        If there is none, or the file holds something else.
    """
    if not path.is_file():
        known = ", ".join(each.stem for each in sorted(NOTEBOOKS.glob("*.ipynb")))
        raise OSError(errno.ENOENT, f"no such notebook; there are {known}", path.name)
    try:
        notebook = nbformat.read(path, 4)
        nbformat.validate(notebook)
    except OSError:
        raise
    except Exception:  # a file can hold anything, and nbformat fails on it in many ways
        raise OSError(errno.EINVAL, "not a notebook", path.name) from None
    return notebook


def _refuse(paths, folder, parameters):
    """Refuse what would replace what it should not."""
    where = folder and Path(os.path.realpath(folder))
    if parameters and where in {None, *(path.parent for path in paths)}:
        said = "with --data or --language choose another folder with --out: the notebooks keep"
        raise OSError(errno.EINVAL, f"{said} the bundled data in English", str(folder or NOTEBOOKS))
    names = [path.name.casefold() for path in paths]
    if folder and (twice := [path.name for path in paths if names.count(path.name.casefold()) > 1]):
        raise OSError(errno.EEXIST, f"two notebooks of the name {twice[0]}", str(folder))


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
            for about in output.get("metadata", {}).values():
                if "alt" in about:
                    cell.metadata["mystnb"] = {"image": {"alt": about["alt"]}}
    return notebook
