"""The designs that the RTL is held to."""

from __future__ import annotations

import pytest

from earloop.hw.bench.designs import DESIGNS
from earloop.spec.fixed import FixedDesign, compile_design


@pytest.fixture(scope="session")
def designs() -> dict[str, FixedDesign]:
    """The designs by name, compiled."""
    return {name: compile_design(design) for name, design in DESIGNS.items()}
