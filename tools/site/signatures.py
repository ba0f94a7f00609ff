"""Signatures as the code writes them: `NDArray[np.float64]`, not what numpy makes of it."""

from __future__ import annotations

import inspect
from typing import Any

from sphinx.util.inspect import stringify_signature


def as_written(
    app: Any, what: str, name: str, thing: Any, options: Any, signature: str | None, returns: str | None
) -> tuple[str, str] | None:
    """Return a signature whose annotations are those of the source; None leaves what autodoc has found."""
    if what not in ("class", "function", "method") or signature is None:
        return None
    try:
        found = inspect.signature(thing)
    except (TypeError, ValueError):
        return None
    given = [_with_a_readable_default(parameter) for parameter in found.parameters.values()]
    found = found.replace(parameters=[parameter for parameter in given if parameter.name != "self"])
    if what == "class":
        found = found.replace(return_annotation=inspect.Signature.empty)
    arguments, arrow, result = stringify_signature(found, unqualified_typehints=True).partition(" -> ")
    return arguments, result if arrow else ""


class _MadeAnew:
    """The default of a field that a dataclass makes anew for each object; its own sign, `<factory>`, is not Python."""

    def __repr__(self) -> str:
        return "..."


def _with_a_readable_default(parameter: inspect.Parameter) -> inspect.Parameter:
    return parameter.replace(default=_MadeAnew()) if repr(parameter.default) == "<factory>" else parameter
