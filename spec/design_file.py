"""Write a design, which may not come from a file, as a design file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from earloop.spec.design import Design
from earloop.spec.errors import DesignError
from earloop.system.whole import writing


def write_design(design: Design, path: Path) -> None:
    """Write a design so that `earloop.spec.design.load_design` reads the same one.

    Raises
    ------
    DesignError
        The file cannot be written.
    """
    with writing(path, DesignError):
        path.write_text(design_text(design), encoding="utf-8")


def design_text(design: Design) -> str:
    """Return a design as TOML, without comments, in the order of its keys."""
    names, tables, bands = [], [], []
    for key, value in design.model_dump(mode="json").items():
        if key == "bands":
            bands = ["[[bands]]\n" + _pairs(band) for band in value]
        elif isinstance(value, dict):
            tables.append(f"[{key}]\n" + _pairs(value))
        else:
            names.append(_pairs({key: value}))
    return "\n".join([*names, *tables, *bands])


def _pairs(table: dict[str, Any]) -> str:
    """Return keys and values as TOML, whose scalars and lists are written as in JSON; None is omitted."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items() if value is not None)
