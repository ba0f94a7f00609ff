"""What the code says about a class and its fields: docstrings, also those below an attribute."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from itertools import pairwise


def first_line(thing: object) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())


def attribute_docs(cls: type) -> dict[str, str]:
    """The docstring below each attribute of a class, or of a class that it inherits from."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__[:-1]):
        if base.__module__.startswith("earloop."):
            found |= _own_docs(base)
    return found


def _own_docs(cls: type) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)
    docs = {}
    for field, below in pairwise(body.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            value = below.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                docs[field.target.id] = " ".join(value.value.split())
    return docs


def listed_meanings(cls: type) -> dict[str, str]:
    """The meaning of each name in the list `name, name : meaning` of a class's docstring."""
    text = re.sub(r"\n    +", " ", inspect.getdoc(cls) or "")
    found = re.findall(r"^(\w+(?:, \w+)*) : (.+)$", text, re.MULTILINE)
    return {name: " ".join(meaning.split()) for names, meaning in found for name in names.split(", ")}


def member_comments(members: type) -> dict[str, str]:
    """The comment behind each member of an enumeration."""
    found = re.findall(r"^\s+([A-Z_]+) = \S+(?:\s+# (.*))?$", inspect.getsource(members), re.MULTILINE)
    return dict(found)
