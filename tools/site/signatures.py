"""Signatures as the code writes them: `NDArray[np.float64]`, not what numpy makes of it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, get_args, get_origin

from sphinx.util.inspect import stringify_signature


def as_written(
    app: Any, what: str, name: str, thing: Any, options: Any, signature: str | None, returns: str | None
) -> tuple[str, str] | None:
    """Return a signature whose annotations are those of the source; None leaves what autodoc has found.

    An enumeration has none: nobody calls it.
    """
    if what not in ("class", "function", "method") or signature is None:
        return None
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return None
    if isinstance(thing, type) and issubclass(thing, Enum):
        return "", ""
    given = [_readable(parameter) for parameter in found.parameters.values()]
    found = found.replace(parameters=[parameter for parameter in given if parameter.name != "self"])
    if what == "class":
        found = found.replace(return_annotation=inspect.Signature.empty)
    arguments, arrow, result = stringify_signature(found, unqualified_typehints=True).partition(" -> ")
    return arguments, result if arrow else ""


class _Named:
    """A default that is a function, by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


def _readable(parameter: inspect.Parameter) -> inspect.Parameter:
    parameter = parameter.replace(annotation=_without_limits(parameter.annotation))
    if repr(parameter.default) == "<factory>":  # a dataclass makes the default anew for each object
        return parameter.replace(default=_Named("..."))
    if inspect.isfunction(parameter.default):
        return parameter.replace(default=_Named(parameter.default.__name__))
    return parameter


def _without_limits(annotation: Any) -> Any:
    """An annotation without the limits that pydantic checks: they are in the tables of the files."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _without_limits(arguments[0])
    if origin not in (tuple, Mapping):
        return annotation
    return origin[tuple(_without_limits(argument) for argument in arguments)]
