"""The folders of the project."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IS_CHECKOUT = (ROOT / "pyproject.toml").is_file()  # an installed wheel has no such file, and no documents and tests
BUILD = ROOT / ".build"  # files that are built or computed once, and can be rebuilt
