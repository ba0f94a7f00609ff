"""The keys of a file that a person writes, from the pydantic models that read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from tools.site.described import attribute_docs
from tools.site.tables import code, table

HEAD = ("key", "meaning", "value", "default")
UNITS = {
    "bits": "bits",
    "bytes": "bytes",
    "db": "dB",
    "deg": "degrees",
    "gb": "GB",
    "hz": "Hz",
    "ppm": "ppm",
    "s": "s",
    "seconds": "s",
    "uv": "uV",
    "v": "V",
}
KINDS = {"integer": "whole number", "number": "number", "string": "text", "boolean": "`true`, `false`"}
Schema = Mapping[str, Any]


def keys_of(model: type[BaseModel]) -> str:
    """The table of a model's keys, in Markdown.

    Raises
    ------
    ValueError
        A key has no meaning in the code.
    """
    rows = (_row(model, name, field) for name, field in model.model_fields.items())
    return f":::{{container}} keys\n{table(HEAD, rows)}:::\n"


def _row(model: type[BaseModel], name: str, field: FieldInfo) -> tuple[str, ...]:
    meaning = field.description or attribute_docs(model).get(name)
    if not meaning:
        raise ValueError(f"{model.__name__}.{name}: the code does not say what it means; add a docstring below it")
    schema = model.model_json_schema()
    shape = schema["properties"][name]
    unit = _unit(name, field)
    kind = _kind(shape, schema.get("$defs", {})) + (f" ({unit})" if unit else "")
    return code(name), meaning, ", ".join(filter(None, (kind, _range(shape)))), _default(field)


def _kind(shape: Schema, models: Schema) -> str:
    """The type of a value in words."""
    if "$ref" in shape:
        return _kind(models[shape["$ref"].rsplit("/", 1)[1]], models)
    if "anyOf" in shape:
        return " or ".join(_kind(branch, models) for branch in shape["anyOf"] if branch.get("type") != "null")
    if "enum" in shape or "const" in shape:
        return ", ".join(code(_toml(value)) for value in shape.get("enum", [shape.get("const")]))
    if shape["type"] in ("array", "object"):
        return _many(shape, models)
    return "path" if shape.get("format") == "path" else KINDS[shape["type"]]


def _many(shape: Schema, models: Schema) -> str:
    """The type of a list or of a table."""
    if shape["type"] == "array":
        return "range `[low, high]`" if "prefixItems" in shape else f"list of {_kind(shape['items'], models)}"
    inner = shape.get("additionalProperties") or next(iter(shape.get("patternProperties", {}).values()), None)
    return f"table: name = {_kind(inner, models)}" if inner and "properties" not in shape else "table"


def _range(shape: Schema) -> str:
    """The limits of a number, or of the length of a list or text."""
    for branch in shape.get("anyOf", ()):
        if found := _range(branch):
            return found
    if "prefixItems" in shape:
        return "each " + _range(shape["prefixItems"][0])
    low = _one_limit(shape, ("minimum", "from"), ("exclusiveMinimum", "above"))
    high = _one_limit(shape, ("maximum", "to"), ("exclusiveMaximum", "below"))
    if low or high:
        return f"{low} {high}".strip()
    fewest, most = shape.get("minItems", shape.get("minProperties")), shape.get("maxItems")
    if fewest is None and most is None:
        return f"up to {shape['maxLength']} characters" if "maxLength" in shape else ""
    return f"{fewest or 0} {f'to {most}' if most else 'or more'} entries"


def _one_limit(shape: Schema, *words: tuple[str, str]) -> str:
    return next((f"{word} {shape[key]:,}" for key, word in words if key in shape), "")


def _unit(name: str, field: FieldInfo) -> str:
    extra = field.json_schema_extra
    said = extra.get("unit") if isinstance(extra, dict) else None
    ending = re.search(r"(?:^|_)([a-z]+)$", name)
    return str(said) if said else UNITS.get(ending[1], "") if ending else ""


def _default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "default" in extra:
        return str(extra["default"])
    if field.default_factory is not None:
        return "none"
    if field.default is PydanticUndefined:
        return "**required**"
    return _default_value(field.default)


def _default_value(value: Any) -> str:
    if value is None or value in ({}, (), ""):
        return "none"
    if isinstance(value, Path):
        return code(value.stem)
    if isinstance(value, Mapping):
        return ", ".join(code(name) for name in value)
    return code(_toml(value))


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
