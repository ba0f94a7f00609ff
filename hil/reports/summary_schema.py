"""The JSON Schema of `summary.json`, by which other programs can check and understand it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SCHEMA_PATH = Path(__file__).with_name("summary.schema.json")


def summary_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema, draft 2020-12) of a verdict, of an analog verdict, and of a plan.

    Its `$defs` are named `verdict`, `analog` and `plan`. No object may have other keys than those of the schema.
    """
    schema: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return schema
