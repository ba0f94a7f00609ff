"""The keys of `summary.json`, from its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from earloop.hil import summary_schema
from tools.site.tables import code, table

PATH = "reference/generated/summary-keys.inc"
HEADINGS = {"verdict": "A verdict", "plan": "A plan", "analog": "An analog verdict"}
KINDS = {"string": "text", "integer": "whole number", "boolean": "true, false"}
Schema = Mapping[str, Any]


def pages() -> dict[str, str]:
    """The text of a part of a page by its path in docs/."""
    parts = summary_schema()["$defs"]
    order = [*HEADINGS, *(name for name in parts if name not in HEADINGS)]
    return {PATH: "\n".join(_section(name, parts[name]) for name in order)}


def _section(name: str, part: Schema) -> str:
    heading = HEADINGS.get(name, f"`{name}`")
    return f"## {heading}\n\n{part['description']}\n\n{table(('key', 'type', 'meaning'), _rows(part))}"


def _rows(part: Schema, within: str = "") -> Iterator[tuple[str, str, str]]:
    """A row for each key, and for each key of an object within it, as `key.key`."""
    for key, schema in part["properties"].items():
        name = f"{within}{key}"
        yield code(name), _kind(schema), schema.get("description", "")
        for branch in (schema, *schema.get("oneOf", ())):
            if "properties" in branch:
                yield from _rows(branch, f"{name}.")


def _kind(schema: Schema) -> str:
    """The type of a value in words; the name of a part leads to its table."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.replace('_', '-')})"
    if "oneOf" in schema:
        return " or ".join(_kind(branch) for branch in schema["oneOf"])
    if "enum" in schema:
        return ", ".join(code(f'"{word}"') for word in schema["enum"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if kinds == ["array"]:
        return f"list of {_kind(schema['items'])}"
    if kinds == ["object"]:
        inner = schema.get("additionalProperties")
        return f"object: name = {_kind(inner)}" if isinstance(inner, dict) else "object"
    return " or ".join(KINDS.get(kind, kind) for kind in kinds)
