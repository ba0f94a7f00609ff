"""Docstrings as numpydoc and Sphinx read them.

The project writes `name : meaning` in the lists of a docstring, with shape, dtype and unit in the meaning. Numpydoc
takes what follows the colon for a type, and what is indented below for the meaning: it would cut the meaning in two.
"""

from __future__ import annotations

import re
import textwrap
from enum import Enum
from typing import Any

from pydantic import BaseModel

from tools.site.described import constant, member_comments

_LISTS = ("Parameters", "Attributes")
_ENTRY = re.compile(r"(?P<names>\*{0,2}\w+(?:, \w+)*) : (?P<meaning>.+)")
_STAR = re.compile(r"(?<![\\*])\*(?!\*)")
_FIELD = re.compile(r"(\s*:\w+:\s*)(.*)")
_CODE = re.compile(r"(`+[^`]+`+)")
_PATH = re.compile(r"PosixPath\('([^']*)'\)")
_ENDINGS = "csv|edf|html|json|npz|onnx|pdf|png|pt2|py|safetensors|svg|toml|tsv|xml|zarr"
_NAME = re.compile(rf"[\w{{}}/*'-]*\.(?:{_ENDINGS})\b'?|(?<!\w)--[a-z][a-z-]+")


def with_meanings_below(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Move each meaning in a docstring's lists below its names, in place, and say what autodoc does not find.

    Autodoc finds no meaning of a constant, no member of an enumeration, and no field of a model that is described
    by its `Field`.
    """
    if what == "data":
        meaning, source = constant(name)
        lines[:] = [meaning, "", ".. code-block:: python", "", *textwrap.indent(source, "    ").splitlines(), ""]
        return
    lines[:] = _one_meaning_a_result(lines)
    if isinstance(thing, type) and issubclass(thing, Enum):
        lines += _members(thing)
    if isinstance(thing, type) and issubclass(thing, BaseModel):
        lines += _described_fields(thing)
    found: list[str] = []
    section = ""
    for line, below in zip(lines, [*lines[1:], ""], strict=False):
        if re.fullmatch(r"-{3,}", below):
            section = line
        entry = _ENTRY.fullmatch(line) if section in _LISTS else None
        found += [line] if entry is None else [entry["names"], f"    {entry['meaning']}"]
    lines[:] = found


def with_results_as_text(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Show a result that has a meaning alone as text, in place: numpydoc makes it a term without a definition."""
    lines[:] = [line for line in lines if line != " " * 8 + ".."] if ":Returns:" in lines else lines


def _one_meaning_a_result(lines: list[str]) -> list[str]:
    """Join the lines of a list of results that is a sentence: numpydoc takes each line for a result of its own."""
    start = next((i for i, line in enumerate(lines) if line == "Returns"), None)
    if start is None:
        return lines
    first = start + 2
    end = next((i for i in range(first, len(lines)) if not lines[i]), len(lines))
    text = lines[first:end]
    if any(line.startswith(" ") or " : " in line for line in text):
        return lines
    return [*lines[:first], " ".join(text), *lines[end:]]


def _members(members: type[Enum]) -> list[str]:
    """The members of an enumeration with values and comments, as a table."""
    comments = member_comments(members)
    rows = ((f"``{member.name}``", f"``{member.value!r}``", comments[member.name]) for member in members)
    cells = (
        f"   {'* -' if i == 0 else '  -'} {cell}"
        for row in (("name", "value", "meaning"), *rows)
        for i, cell in enumerate(row)
    )
    return ["", ".. list-table::", "   :header-rows: 1", "", *cells, ""]


def _described_fields(model: type[BaseModel]) -> list[str]:
    """The fields that a model describes itself, as a list of parameters."""
    fields = {name: field.description for name, field in model.model_fields.items() if field.description}
    entries = (f"{name} : {meaning}" for name, meaning in fields.items())
    return ["", "Parameters", "----------", *entries, ""] if fields else []


def with_names_as_code(app: Any, context: Any, lines: list[str]) -> None:
    """Mark file names, options and choices in a command's help as code, and take other stars for stars, in place."""
    lines[:] = [line if line.startswith("..") else _marked(_PATH.sub(r"\1", line)) for line in lines]


def _marked(line: str) -> str:
    field, words = _FIELD.fullmatch(line).groups() if _FIELD.fullmatch(line) else ("", line)  # type: ignore[union-attr]
    if field.strip() == ":options:":
        return field + " | ".join(f"``{choice}``" for choice in words.split(" | "))
    named = "".join(_NAME.sub(r"``\g<0>``", part) if i % 2 == 0 else part for i, part in enumerate(_CODE.split(words)))
    return field + "".join(_STAR.sub(r"\\*", part) if i % 2 == 0 else part for i, part in enumerate(_CODE.split(named)))
