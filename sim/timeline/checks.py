"""Parameters that make no sense, refused in one line."""

from __future__ import annotations

import math

from earloop.spec.errors import EarloopError


class TimelineError(EarloopError):
    """A timeline that cannot be simulated; names the parameter, its value and the values wanted."""


def positive(what: str, value: float) -> None:
    """Refuse zero, less than zero, and what is no number."""
    if not (math.isfinite(value) and value > 0):
        raise TimelineError(f"{what} = {value:g}: must be a number above 0")


def at_least(what: str, value: float, least: float) -> None:
    """Refuse what is below `least`, and what is no number."""
    if not (math.isfinite(value) and value >= least):
        raise TimelineError(f"{what} = {value:g}: must be a number of {least:g} or more")


def probability(what: str, value: float) -> None:
    """Refuse what lies outside 0 to 1."""
    if not 0 <= value <= 1:
        raise TimelineError(f"{what} = {value:g}: must lie between 0 and 1")


def share(what: str, value: float) -> None:
    """Refuse what is no share of a whole: 0 or less, or above 1."""
    if not 0 < value <= 1:
        raise TimelineError(f"{what} = {value:g}: must lie above 0 and be 1 at most")
