"""The command line: ``hg-analysis check | run``."""

import argparse
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
    arguments = parser.parse_args(argv)
    try:
        with _stoppable():
            return {"check": _check, "run": _run}[arguments.command](arguments)
    except KeyboardInterrupt as stop:
        number = stop.args[0] if stop.args else signal.SIGINT
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
    from hg_analysis.check import check

    faults, notes = check(arguments.data, arguments.source)
    for fault in faults:
        print(fault)
    for note in notes:
        print(note)
    print(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}")
    return int(bool(faults))


def _run(arguments):
    from hg_analysis.run import execute

    return execute(arguments.notebooks, arguments.data, arguments.language, arguments.out)


if __name__ == "__main__":
    sys.exit(main())
