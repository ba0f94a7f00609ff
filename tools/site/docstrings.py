"""Docstrings as numpydoc and Sphinx read them.

The project writes `name : meaning` in the lists of a docstring, with shape, dtype and unit in the meaning. Numpydoc
takes what follows the colon for a type, and what is indented below for the meaning: it would cut the meaning in two.
"""

from __future__ import annotations

import re
from typing import Any

_LISTS = ("Parameters", "Attributes")
_ENTRY = re.compile(r"(?P<names>\*{0,2}\w+(?:, \w+)*) : (?P<meaning>.+)")
_STAR = re.compile(r"(?<![\\*`])\*(?![*`])")


def with_meanings_below(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Move each meaning in a docstring's lists below its names, in place."""
    found: list[str] = []
    section = ""
    for line, below in zip(lines, [*lines[1:], ""], strict=False):
        if re.fullmatch(r"-{3,}", below):
            section = line
        entry = _ENTRY.fullmatch(line) if section in _LISTS else None
        found += [line] if entry is None else [entry["names"], f"    {entry['meaning']}"]
    lines[:] = found


def with_plain_stars(app: Any, context: Any, lines: list[str]) -> None:
    r"""Take each star of a command's help, such as that of `*.zarr`, for a star, in place."""
    lines[:] = [_STAR.sub(r"\\*", line) for line in lines]
