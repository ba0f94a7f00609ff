"""Where the project lies."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IS_CHECKOUT = (ROOT / "pyproject.toml").is_file()  # else it is an installed wheel, without documents and tests
BUILD = ROOT / ".build"  # what is built or computed once, and can be made again
