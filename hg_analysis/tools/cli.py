"""The command line: ``hg-analysis check | run | keys | translate | export``."""

import argparse
import errno
import logging
import os
import signal
import stat
import sys
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path

from hg_analysis.files import DataError, listed
from hg_analysis.tools import links, translate
from hg_analysis.tools.aside import aside, one_line
from hg_analysis.tools.check import check
from hg_analysis.tools.export import export
from hg_analysis.tools.run import execute, found


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
        128 and the number of a signal when one ended it.
    """
    _open_streams()
    try:
        try:
            with _stoppable():
                return _command(_parser().parse_args(argv))
        finally:
            sys.stdout.flush()  # fails here, if it does, and not when Python ends
    except KeyboardInterrupt as stop:
        number = stop.args[0] if stop.args else signal.SIGINT
        logging.getLogger("asyncio").disabled = True  # else tasks that end with it tell how
        print("stopped; no file was left half-written", file=sys.stderr)
        return 128 + number
    except DataError as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        with suppress(OSError):
            name = error.filename or "hg-analysis"
            print(one_line(f"{name}: {error.strerror or error}"), file=sys.stderr)
        try:
            sys.stdout.flush()
        except OSError:  # a closed pipe or a full disk: nothing more is said there
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _open_streams():
    """Make sure that there is a standard output and error, and that any letter can go there."""
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:  # the shell closed it; kernels need it, too
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, "w", closefd=False))
        with suppress(AttributeError):
            getattr(sys, name).reconfigure(errors="backslashreplace")


def _parser():
    parser = argparse.ArgumentParser(prog="hg-analysis", description=__doc__.splitlines()[0])
    with suppress(metadata.PackageNotFoundError):  # a checkout need not be installed
        version = f"%(prog)s {metadata.version('hg-analysis')}"
        parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="check the data files; one line a fault")
    check.add_argument("--source", metavar="TEXT", help="the appendix's text, a paragraph a line")
    run = commands.add_parser("run", help="execute notebooks and store their outputs")
    run.add_argument("notebooks", nargs="*", help="notebooks or their numbers; all by default")
    run.add_argument("--language", choices=["en", "vi"], help="of figures and tables")
    run.add_argument("--out", metavar="FOLDER", help="write there, not in place")
    keys = commands.add_parser("keys", help="list what a number in a sentence can lead to")
    keys.add_argument("notebooks", nargs="*", help="notebooks or their numbers; all by default")
    text = "update Vietnamese catalogues; those there are by default"
    translating = commands.add_parser("translate", help=text)
    translating.add_argument("notebooks", nargs="*", help="notebooks or their numbers")
    translating.add_argument("--check", action="store_true", help="change nothing, say what lacks")
    export = commands.add_parser("export", help="write the table for a spreadsheet")
    export.add_argument("--out", metavar="FILE", required=True, help="the CSV file to write")
    export.add_argument("--language", choices=["en", "vi"], default="en", help="of names")
    export.add_argument(
        "--semicolon", action="store_true", help="';' between columns, ',' before decimals"
    )
    for command in (check, run, export):
        command.add_argument("--data", metavar="FILE", help="another table, or a folder of tables")
    return parser


def _command(arguments):
    if "" in [*vars(arguments).values(), *vars(arguments).get("notebooks", ())]:
        print("the name of a file or folder is empty", file=sys.stderr)
        return 1
    if arguments.command == "keys":
        print(*links.listed(found(arguments.notebooks)), sep="\n")
        return 0
    if arguments.command == "translate":
        paths = found(arguments.notebooks)
        if arguments.check:
            return translate.check(paths)
        named = bool(arguments.notebooks)
        translate.update([p for p in paths if named or translate.catalogue(p).exists()])
        return 0
    with _lasting(arguments.data) as data, _lasting(vars(arguments).get("source")) as source:
        if arguments.command == "run":
            if arguments.language == "vi":
                return translate.run(found(arguments.notebooks), data, arguments.out)
            return execute(
                arguments.notebooks, data, arguments.language, arguments.out, links.finish
            )
        if arguments.command == "export":
            count = export(arguments.out, data, arguments.language, arguments.semicolon)
            print(one_line(f"{arguments.out}: {count} figures"))
            return 0
        faults, notes = check(data, source)
    count = f"{len(faults)} fault" + ("" if len(faults) == 1 else "s")
    print(*listed(faults), *notes, count, sep="\n")
    return int(bool(faults))


@contextmanager
def _lasting(name):
    """Give a file that can be read more than once: what a pipe brings is kept aside."""
    mode = stat.S_IFREG
    with suppress(TypeError, FileNotFoundError, NotADirectoryError):  # whoever reads it says so
        mode = os.stat(name).st_mode
    if stat.S_ISFIFO(mode):
        with aside() as folder:
            kept = folder / Path(name).name
            kept.write_bytes(Path(name).read_bytes())
            yield kept
    elif stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        yield name
    else:
        raise OSError(errno.EINVAL, "neither a file nor a folder nor a pipe", name)


@contextmanager
def _stoppable():
    """Clean up when asked to end, by whichever signal, and do so once."""

    def stop(number, frame):
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt(number)

    before = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, stop)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
