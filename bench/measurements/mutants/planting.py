"""Planting of mutants in copies of the sources, in the project's build folder."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measurements.mutants.draw import Mutant
from earloop.system.project import ROOT

BUILD_DIR = ROOT / ".build" / "mutants"


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """Yield a temporary folder."""
    with tempfile.TemporaryDirectory(dir=parent, prefix="mutant-") as place:
        yield Path(place)


def plant(mutant: Mutant, folder: Path) -> None:
    """Change the mutant's file in a folder of sources."""
    path = folder / mutant.file
    path.write_text(mutant.edit.apply(path.read_text(encoding="utf-8")), encoding="utf-8")
