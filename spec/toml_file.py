"""Read TOML files, such as designs, scenarios and plans, as nested dictionaries.

The standard library's parser calls itself for each bracket, and its time grows with the square of a dotted key's
length. So this module limits the length of a file, of a line, and the depth, far above what a person writes.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from earloop.spec.bounded_file import FileTooLongError, read_at_most
from earloop.spec.errors import EarloopError

MOST_BYTES = 1_000_000  # the project's longest scenario has 5,000
MOST_LINE = 4_000  # characters
MOST_DEPTH = 20  # of nested tables and lists; a plan has 4


def read_toml(path: Path, error: type[EarloopError], hint: str = "") -> dict[str, Any]:
    """Return the content of a TOML file.

    Parameters
    ----------
    error : the class of the exception
    hint : the end of the message if the file cannot be read: what to do

    Raises
    ------
    error
        The file cannot be read, is not TOML, too long, or nested too deeply; the message names the line if known.
    """
    try:
        return _parsed(read_at_most(path, MOST_BYTES).decode("utf-8"))
    except OSError as failure:
        raise error(f"{path}: cannot be read ({failure.strerror}){hint}") from None
    except FileTooLongError as failure:
        raise error(f"{path}: {failure}") from None
    except ValueError as failure:  # not UTF-8, not TOML, or an integer with more digits than Python converts
        raise error(f"{path}: not a TOML file: {failure}") from None


def _parsed(text: str) -> dict[str, Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MOST_LINE:
            raise FileTooLongError(
                f"line {number} has {len(line):,} characters, at most {MOST_LINE:,} are read; break it"
            )
    too_deep = FileTooLongError(f"tables and lists stand more than {MOST_DEPTH} deep within each other")
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
