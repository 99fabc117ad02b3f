"""The command line: ``hg-analysis check | run | export``."""

import argparse
import logging
import os
import signal
import sys
from contextlib import contextmanager


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
    parser = argparse.ArgumentParser(prog="hg-analysis", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="check the data files; one line a fault")
    check.add_argument("--data", metavar="FILE", help="another table of indicators")
    check.add_argument("--source", metavar="TEXT", help="the appendix's text, a paragraph a line")
    run = commands.add_parser("run", help="execute notebooks and store their outputs")
    run.add_argument("notebooks", nargs="*", help="notebooks; all by default")
    run.add_argument("--data", metavar="FILE", help="another table of indicators")
    run.add_argument("--language", choices=["en", "vi"], help="of figures and tables")
    run.add_argument("--out", metavar="FOLDER", help="write there, not in place")
    export = commands.add_parser("export", help="write the table for a spreadsheet")
    export.add_argument("--out", metavar="FILE", required=True, help="the CSV file to write")
    export.add_argument("--data", metavar="FILE", help="another table of indicators")
    export.add_argument("--language", choices=["en", "vi"], default="en", help="of names")
    arguments = parser.parse_args(argv)
    try:
        with _stoppable():
            run = {"check": _check, "run": _run, "export": _export}[arguments.command]
            return run(arguments)
    except KeyboardInterrupt as stop:
        number = stop.args[0] if stop.args else signal.SIGINT
        logging.getLogger("asyncio").disabled = True  # else tasks that end with it tell how
        print("stopped; no file was left half-written", file=sys.stderr)
        return 128 + number
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"{error.filename or 'hg-analysis'}: {error.strerror or error}", file=sys.stderr)
        return 1


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


def _check(arguments):
    from hg_analysis.tools.check import check

    faults, notes = check(arguments.data, arguments.source)
    for fault in faults:
        print(fault)
    for note in notes:
        print(note)
    print(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}")
    return int(bool(faults))


def _run(arguments):
    from hg_analysis.tools.run import execute

    return execute(arguments.notebooks, arguments.data, arguments.language, arguments.out)


def _export(arguments):
    from hg_analysis.tools.export import export
    from hg_analysis.faults import DataError

    try:
        count = export(arguments.out, arguments.data, arguments.language)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{arguments.out}: {count} figures")
    return 0


if __name__ == "__main__":
    sys.exit(main())
