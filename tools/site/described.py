"""What the code says about a class and its fields: docstrings, also those below an attribute."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import ModuleType


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
    found = re.findall(r"^\s+([A-Z]\w*) = [^#\n]*?(?:\s+# (.*))?$", inspect.getsource(members), re.MULTILINE)
    return dict(found)


def constant(name: str) -> tuple[str, str]:
    """The docstring below a public constant, in one line, and its assignment as the code writes it.

    Raises
    ------
    ValueError
        No assignment with a docstring is found.
    """
    package, _, last = name.rpartition(".")
    source = inspect.getsource(_home(import_module(package), last))
    for assigned, below in pairwise(ast.parse(source).body):
        targets = [
            node.id for node in ast.walk(assigned) if isinstance(node, ast.Name) and node.lineno == assigned.lineno
        ]
        if isinstance(assigned, ast.Assign | ast.AnnAssign) and targets[0] == last and isinstance(below, ast.Expr):
            meaning = " ".join(str(ast.literal_eval(below.value)).split())
            return meaning, "\n".join(source.splitlines()[assigned.lineno - 1 : assigned.end_lineno])
    raise ValueError(f"{name}: the code does not say what it means; add a docstring below its assignment")


def _home(module: ModuleType, name: str) -> ModuleType:
    """The module that assigns a name, as the stubs of the packages lead to it."""
    stub = Path(str(module.__file__)).with_suffix(".pyi")
    if not stub.exists():
        return module
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
            return _home(import_module(f"{'.' * node.level}{node.module}", module.__name__), name)
    return module
