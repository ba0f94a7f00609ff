"""Runs cases of one format in a process of its own, each within limits that the system keeps.

    python -m tests.fuzz.worker FORMAT FIRST LAST FOLDER     cases by their numbers
    python -m tests.fuzz.worker FORMAT --again CASE          one that was kept, by its folder

A line of JSON a case that breaks the promise; the case is kept in FOLDER. The last line says how many were read. A case
beyond its time kills the process, one beyond its memory may: the case in FOLDER/current is then to blame.
"""

from __future__ import annotations

import json
import math
import resource
import shutil
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import click

from earloop.spec.errors import EarloopError
from tests.fuzz.chance import Chance
from tests.fuzz.formats import Files, Format, format_of

MOST_S, MOST_BYTES = 20, 2_000_000_000
MOST_WALL_S = 600  # a loaded machine needs many times the processor time; what sleeps for ever ends all the same
KEPT_OF_A_KIND = 2
TOLD_EVERY = 100  # cases
CURRENT, DOING = "current", "doing"
LONGEST_MESSAGE = 2_000


def write_case(files: Files, folder: Path) -> None:
    """Put the files of a case where nothing else is."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def limit_this_case() -> None:
    """From here on so much more processor time, address space and wall time; what is beyond ends the process."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MOST_BYTES, resource.RLIM_INFINITY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    most_s = math.ceil(used.ru_utime + used.ru_stime) + MOST_S
    resource.setrlimit(resource.RLIMIT_CPU, (most_s, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_REAL, MOST_WALL_S)


def broken_promise(kind: Format, folder: Path, read: Callable[[], None] = lambda: None) -> str | None:
    """What is wrong with how a case is read; None where it is read (`read` is called) or rightly refused."""
    limit_this_case()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            kind.read(folder)
        read()
    except EarloopError as error:
        message = str(error)
        if len(message) > LONGEST_MESSAGE:
            return f"a message of {len(message)} characters: {message[:200]}"
        try:
            message.encode()
        except UnicodeEncodeError:
            return f"a message that cannot be printed: {message!r}"
    except Exception:
        return traceback.format_exc()
    return None


def run(name: str, first: int, last: int, folder: Path) -> None:
    """The cases from number `first` to before `last`; a line of JSON for each that breaks the promise."""
    kind = format_of(name)
    kept: dict[str, int] = {}
    read: list[int] = []
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, last):
        (folder / DOING).write_text(str(number))
        if number > first and number % TOLD_EVERY == 0:
            click.echo(json.dumps({"done": number}))
        write_case(kind.case(Chance(name, number)), folder / CURRENT)
        trouble = broken_promise(kind, folder / CURRENT, lambda: read.append(1))
        if trouble is None:
            continue
        signature = _signature(trouble)
        kept[signature] = kept.get(signature, 0) + 1
        if kept[signature] <= KEPT_OF_A_KIND:
            found = folder / f"case-{number}"
            shutil.rmtree(found, ignore_errors=True)
            (folder / CURRENT).rename(found)
            click.echo(json.dumps({"number": number, "case": str(found), "trouble": trouble[-3000:]}))
    signal.setitimer(signal.ITIMER_REAL, 0)
    click.echo(json.dumps({"read": len(read)}))
    (folder / DOING).unlink(missing_ok=True)


def _signature(trouble: str) -> str:
    """By which cases of the same trouble are told from others: the last place in the program, and the error."""
    lines = trouble.strip().splitlines()
    place = next((line for line in reversed(lines) if line.startswith("  File")), "")
    return f"{place}{lines[-1][:40]}"


def main(arguments: list[str]) -> int:
    if arguments[1] == "--again":
        trouble = broken_promise(format_of(arguments[0]), Path(arguments[2]))
        click.echo(trouble or "read, or refused as it should be")
        return 1 if trouble else 0
    run(arguments[0], int(arguments[1]), int(arguments[2]), Path(arguments[3]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
