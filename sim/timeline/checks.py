"""Checks of parameters, whose errors are one line."""

from __future__ import annotations

import math

from earloop.spec.errors import EarloopError


class TimelineError(EarloopError):
    """A timeline cannot be simulated; the message names the parameter, its value and the valid values."""


def positive(what: str, value: float) -> None:
    """Raise TimelineError unless the value is finite and above 0."""
    if not (math.isfinite(value) and value > 0):
        raise TimelineError(f"{what} = {value:g}: must be a number above 0")


def at_least(what: str, value: float, least: float) -> None:
    """Raise TimelineError unless the value is finite and `least` or more."""
    if not (math.isfinite(value) and value >= least):
        raise TimelineError(f"{what} = {value:g}: must be a number of {least:g} or more")


def probability(what: str, value: float) -> None:
    """Raise TimelineError unless the value is between 0 and 1."""
    if not 0 <= value <= 1:
        raise TimelineError(f"{what} = {value:g}: must be between 0 and 1")


def share(what: str, value: float) -> None:
    """Raise TimelineError unless the value is above 0 and 1 or less."""
    if not 0 < value <= 1:
        raise TimelineError(f"{what} = {value:g}: must be above 0, and 1 or less")
