"""Docstrings as numpydoc and Sphinx read them.

The project writes `name : meaning` in the lists of a docstring, with shape, dtype and unit in the meaning. Numpydoc
takes what follows the colon for a type, and what is indented below for the meaning: it would cut the meaning in two.
"""

from __future__ import annotations

import re
from typing import Any

_LISTS = ("Parameters", "Attributes")
_ENTRY = re.compile(r"(?P<names>\*{0,2}\w+(?:, \w+)*) : (?P<meaning>.+)")
_STAR = re.compile(r"(?<![\\*])\*(?!\*)")
_FIELD = re.compile(r"(\s*:\w+:\s*)(.*)")
_CODE = re.compile(r"(`+[^`]+`+)")
_PATH = re.compile(r"PosixPath\('([^']*)'\)")
_ENDINGS = "csv|edf|html|json|npz|onnx|pdf|png|pt2|py|safetensors|svg|toml|tsv|xml|zarr"
_NAME = re.compile(rf"[\w{{}}/*'-]*\.(?:{_ENDINGS})\b'?|(?<!\w)--[a-z][a-z-]+")


def with_meanings_below(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Move each meaning in a docstring's lists below its names, in place. A constant has that of its type: drop it."""
    if what == "data":
        lines[:] = [f"A constant: `{type(thing).__name__}`."]
        return
    found: list[str] = []
    section = ""
    for line, below in zip(lines, [*lines[1:], ""], strict=False):
        if re.fullmatch(r"-{3,}", below):
            section = line
        entry = _ENTRY.fullmatch(line) if section in _LISTS else None
        found += [line] if entry is None else [entry["names"], f"    {entry['meaning']}"]
    lines[:] = found


def with_names_as_code(app: Any, context: Any, lines: list[str]) -> None:
    """Mark file names, options and choices in a command's help as code, and take other stars for stars, in place."""
    lines[:] = [line if line.startswith("..") else _marked(_PATH.sub(r"\1", line)) for line in lines]


def _marked(line: str) -> str:
    field, words = _FIELD.fullmatch(line).groups() if _FIELD.fullmatch(line) else ("", line)  # type: ignore[union-attr]
    if field.strip() == ":options:":
        return field + " | ".join(f"``{choice}``" for choice in words.split(" | "))
    named = "".join(_NAME.sub(r"``\g<0>``", part) if i % 2 == 0 else part for i, part in enumerate(_CODE.split(words)))
    return field + "".join(_STAR.sub(r"\\*", part) if i % 2 == 0 else part for i, part in enumerate(_CODE.split(named)))
