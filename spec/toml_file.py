"""TOML files as nested dictionaries: designs, scenarios, plans and whatever else a person writes.

The standard library's parser calls itself for each bracket, and takes time by the square of a dotted key's length. So
the length of a file, of a line, and the depth of what it holds are bounded here, far beyond what a person writes.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from earloop.spec.bounded_file import TooLongError, read_at_most
from earloop.spec.errors import EarloopError

MOST_BYTES = 1_000_000  # the longest scenario of the project has 5,000
MOST_LINE = 4_000  # characters
MOST_DEPTH = 20  # tables and lists within each other; a plan has 4


def read_toml(path: Path, error: type[EarloopError], hint: str = "") -> dict[str, Any]:
    """What is in a TOML file.

    Parameters
    ----------
    error : what is raised where there is nothing to read
    hint : what to do where the file cannot be read

    Raises
    ------
    error
        The file cannot be read, is no TOML, too long, or nested too deeply; names the line where there is one.
    """
    try:
        return _parsed(read_at_most(path, MOST_BYTES).decode("utf-8"))
    except OSError as failure:
        raise error(f"{path}: cannot be read ({failure.strerror}){hint}") from None
    except TooLongError as failure:
        raise error(f"{path}: {failure}") from None
    except ValueError as failure:  # no UTF-8, no TOML, or an integer of more digits than Python converts
        raise error(f"{path}: not a TOML file: {failure}") from None


def _parsed(text: str) -> dict[str, Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MOST_LINE:
            raise TooLongError(f"line {number} has {len(line):,} characters, at most {MOST_LINE:,} are read; break it")
    too_deep = TooLongError(f"tables and lists stand more than {MOST_DEPTH} deep within each other")
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise too_deep from None
    level: list[Any] = [data]
    for _ in range(MOST_DEPTH):
        level = [value for node in level for value in (node.values() if isinstance(node, dict) else node)]
        level = [value for value in level if isinstance(value, dict | list)]
        if not level:
            return data
    raise too_deep
