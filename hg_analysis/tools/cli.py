"""The command line: ``hg-analysis check | run | translate | export | brief | review``."""

import argparse
import errno
import os
import sys
from importlib import metadata
from pathlib import Path

from hg_analysis.files import DataError, listed
from hg_analysis.tools import links, translate
from hg_analysis.tools.aside import one_line
from hg_analysis.tools.check import check
from hg_analysis.tools.export import export
from hg_analysis.tools.run import NOTEBOOKS, execute, found
from hg_analysis.words import LANGUAGES


def main(argv=None):
    """Run a command; return its exit status.

    Parameters
    ----------
    argv : list of str, optional
        Arguments without the program's name.

    Returns
    -------
    int
        0 when all is well, 1 when something was found wrong, 2 for a wrong call,
        130 when it was stopped.
    """
    # Where an output is closed, what is said of it goes nowhere, and into no file opened later.
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or open(os.devnull, "w")  # noqa: SIM115
        stream.reconfigure(errors="backslashreplace")  # any letter on any terminal
        setattr(sys, name, stream)
    try:
        status = _command(_parser().parse_args(argv))
        sys.stdout.flush()  # fails here, if it does, and not when Python ends
        return status
    except KeyboardInterrupt:
        print("stopped; no file was left half-written", file=sys.stderr)
        return 130
    except DataError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        if not isinstance(error, BrokenPipeError):  # the reader, such as head, has seen enough
            name = error.filename or "hg-analysis"
            print(one_line(f"{name}: {error.strerror or error}"), file=sys.stderr)
        if error.filename is None:  # of the output itself: nothing more is said there
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _parser():
    parser = argparse.ArgumentParser(prog="hg-analysis", description=__doc__.splitlines()[0])
    version = f"%(prog)s {metadata.version('hg-analysis')}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(dest="command", required=True)

    data, notebooks = (argparse.ArgumentParser(add_help=False) for _ in range(2))
    text = "another table, or a folder of tables"
    data.add_argument("--data", metavar="FILE", type=_there, help=text)
    text = "notebooks or their numbers; all by default"
    notebooks.add_argument("notebooks", nargs="*", type=_name, help=text)
    commands.add_parser("check", parents=[data], help="check the data files; one line a fault")
    text = "execute notebooks and store their outputs"
    run = commands.add_parser("run", parents=[data, notebooks], help=text)
    run.add_argument("--language", choices=LANGUAGES, help="of figures and tables")
    run.add_argument("--out", metavar="FOLDER", type=_name, help="write there, not in place")
    text = "update Vietnamese catalogues"
    translating = commands.add_parser("translate", parents=[notebooks], help=text)
    translating.add_argument("--check", action="store_true", help="change nothing, say what lacks")
    export = commands.add_parser("export", parents=[data], help="write the table as a file")
    text = "what to write: .csv, .json or .xlsx"
    export.add_argument("--out", metavar="FILE", type=_name, required=True, help=text)
    export.add_argument("--language", choices=LANGUAGES, default="en", help="of names")
    text = "CSV with ';' between columns, ',' before decimals"
    export.add_argument("--semicolon", action="store_true", help=text)
    brief = commands.add_parser("brief", help="write slides, documents or PDFs of themes")
    text = "welfare, growth, 03 ...; or questions, the letter that puts the open ones"
    brief.add_argument("themes", nargs="*", metavar="THEME", type=_name, help=text)
    brief.add_argument("--all", action="store_true", help="all themes in one")
    text = "of pptx, docx and pdf, with commas; all by default"
    brief.add_argument("--to", default="", metavar="FORMS", help=text)
    brief.add_argument("--language", choices=LANGUAGES, default="en", help="of the briefing")
    text = "where it is written; build/briefings by default"
    brief.add_argument("--out", metavar="FOLDER", type=_name, help=text)
    text = "a presentation whose master and fonts the slides take"
    brief.add_argument("--template", metavar="FILE", type=_name, help=text)
    text = "hold the numbers of an edited briefing against their rows"
    reviewed = commands.add_parser("review", help=text)
    reviewed.add_argument("file", type=_name, help="a .pptx, .docx or .md file")
    return parser


def _name(text):
    if not text:
        raise argparse.ArgumentTypeError("the name of a file or folder is empty")
    return text


def _there(text):
    if Path(_name(text)).exists() and not (os.path.isfile(text) or os.path.isdir(text)):
        raise OSError(errno.EINVAL, "neither a file nor a folder; save it as one first", text)
    return text


def _command(given):
    if given.command == "check":
        faults, notes = check(given.data)
        print(*listed(faults), *notes, f"{len(faults)} fault{'s' * (len(faults) != 1)}", sep="\n")
        return int(bool(faults))
    if given.command == "export":
        count = export(given.out, given.data, given.language, given.semicolon)
        print(one_line(f"{given.out}: {count} figures"))
        return 0
    if given.command == "brief":
        return _brief(given)
    if given.command == "review":
        from hg_analysis.briefings.review import print_review

        return print_review(Path(given.file))
    paths = found(given.notebooks)
    if given.command == "translate" and not given.notebooks:
        paths += translate.PAGES
    if given.command == "translate" and given.check:
        return translate.check(paths)
    if given.command == "translate":
        begun = [path for path in paths if given.notebooks or translate.catalogue(path).exists()]
        return translate.update(begun) or 0
    if given.language == "vi":
        return translate.run(paths, given.data, given.out)
    status = execute(paths, given.data, given.language, given.out, links.finish)
    if NOTEBOOKS in {path.parent for path in paths} and not given.out:
        faults = links.repeat([translate.README, translate.ROOT / "docs" / "index.md"], NOTEBOOKS)
        print(*map(one_line, faults), sep="\n", end="\n" * bool(faults), file=sys.stderr)
        status |= bool(faults)
    return status


def _brief(given):
    from hg_analysis.briefings.brief import BRIEFINGS, FORMS, brief  # only who writes them pays

    if bool(given.themes) == given.all:
        raise OSError(errno.EINVAL, "name themes, or call it with --all", "brief")
    letter = given.themes == ["questions"]
    forms = given.to.split(",") if given.to else [f for f in FORMS if not (letter and f == "pptx")]
    out = given.out or BRIEFINGS
    print(*brief(given.themes, forms, given.language, out, given.template), sep="\n")
    return 0
