"""Execute notebooks so that only what they show can change."""

import os
import sys
import tempfile
from pathlib import Path

from hg_analysis.data import DATA

NOTEBOOKS = DATA.parent / "notebooks"
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def execute(notebooks=(), data=None, language=None, out=None):
    """Execute notebooks from top to bottom and store their outputs.

    Each is executed into a file aside, which then replaces the old one: a run
    that ends early leaves every notebook whole.

    Parameters
    ----------
    notebooks : sequence of path-like
        All of ``notebooks/`` by default.
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
    if parameters and out is None:
        print("--data and --language need --out: the notebooks keep the bundled data in English")
        return 1
    status = 0
    for path in map(Path, notebooks or sorted(NOTEBOOKS.glob("*.ipynb"))):
        problem = _execute(path, None if out is None else Path(out), parameters)
        print(f"{path.name}: {problem or 'executed'}", file=sys.stderr if problem else sys.stdout)
        status |= bool(problem)
    return status


def _execute(path, folder, parameters):
    """Execute one notebook into a folder; return what went wrong, if anything."""
    import nbformat
    from papermill import execute_notebook
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    if not path.is_file():
        path = NOTEBOOKS / f"{path.stem}.ipynb"
    try:
        nbformat.read(path, 4)
    except FileNotFoundError:
        return "no such notebook"
    except ValueError:
        return "not a notebook"
    folder = path.parent if folder is None else folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".run-") as aside:
        result = Path(aside) / path.name
        try:
            execute_notebook(
                path,
                result,
                parameters,
                cwd=path.parent,
                kernel_name="python3",
                language="python",
                progress_bar=sys.stderr.isatty(),
                config=Config(
                    {"KernelManager": {"transport": "ipc"}} if os.name == "posix" else {}
                ),
            )
        except PapermillExecutionError as error:
            return f"cell {error.cell_index + 1} failed, {error.ename}: {error.evalue}"
        notebook = normalise(nbformat.read(result, 4))
        nbformat.write(notebook, result)
        target = folder / path.name
        if not target.exists() or target.read_bytes() != result.read_bytes():
            os.replace(result, target)
    return ""


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
