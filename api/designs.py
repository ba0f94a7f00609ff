"""A design given as an object, as a file, or not at all."""

from __future__ import annotations

from pathlib import Path

from earloop.spec.design import Design, load_design


def design_of(given: Design | Path | str | None) -> Design:
    """Return the design: itself, that of a file, or the reference design for None; raises DesignError."""
    if given is None:
        return load_design()
    return given if isinstance(given, Design) else load_design(given)
