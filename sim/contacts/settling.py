"""How the impedance of contacts changes from the moment the earpiece is put on: settling, sweat, cerumen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from earloop.sim.contacts.fit import Fit
from earloop.sim.contacts.slow_process import SLOW_HZ, wander

# Estimate, of the settled value; dry metal loses over 3/4 of its first impedance in 20 min (doi 10.1007/BF02407675).
EXCESS, EXCESS_LN_SD = 2.0, 0.4
SETTLING_S = (20.0, 60.0)  # time constant, a third of the 1..3 min after which it is over (van der Heijden 2024)
OFFSET_EXCESS = 0.06  # estimate: sd of the offset that settles along, of the sd of all offsets
RESTLESS_LN_SD, RESTLESS_S = 0.2, 30.0  # estimate: what never settles wanders besides
SWEAT, SWEAT_S = 0.25, 40.0  # an electrodermal response lowers dry in-ear impedance by up to 25 % (NSF PAR 10107956)
CERUMEN, CERUMEN_S = 0.86, 2 * 3600.0  # with cerumen 86 % more (NSF PAR 10107956); how fast it gets there: estimate

Kind = Literal["immediate", "slow", "never"]


@dataclass(frozen=True)
class Settling:
    """One contact after donning: its excess at first, how fast it loses that, and the cerumen to come."""

    kind: Kind
    excess: float = 0.0  # of impedance, relative
    offset_excess_uv: float = 0.0
    time_s: float = float("inf")
    cerumen: float = 0.0  # relative rise in the end


def draw_settling(fit: Fit, rng: np.random.Generator) -> Settling:
    """One contact's."""
    share, cerumen = rng.random(), CERUMEN * rng.random() * fit.in_ear
    excess = EXCESS * float(np.exp(EXCESS_LN_SD * rng.standard_normal()))
    offset_uv = float(rng.normal(0, OFFSET_EXCESS * fit.material.offset_uv))
    time_s = float(rng.uniform(*SETTLING_S))
    if share < fit.immediate:
        return Settling("immediate", cerumen=cerumen)
    if share < fit.immediate + fit.slow:
        return Settling("slow", excess, offset_uv, time_s, cerumen)
    return Settling("never", excess, cerumen=cerumen)


def excess_left(settlings: Sequence[Settling], rows: int) -> NDArray[np.float64]:
    """Share of each contact's initial excess that is left, float64 [rows, sites] at `SLOW_HZ`."""
    time_s = np.arange(rows)[:, np.newaxis] / SLOW_HZ
    left: NDArray[np.float64] = np.exp(-time_s / np.array([s.time_s for s in settlings]))
    return left


def relative_impedance(settlings: Sequence[Settling], rows: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Each contact's impedance over that of the settled, dry, clean one; float64 [rows, sites] at `SLOW_HZ`.

    Sweat comes over all of a wearer's contacts at once.
    """
    time_s = np.arange(rows)[:, np.newaxis] / SLOW_HZ
    excess = np.array([s.excess for s in settlings]) * excess_left(settlings, rows)
    restless = np.array([RESTLESS_LN_SD * (s.kind == "never") for s in settlings])
    cerumen = np.array([s.cerumen for s in settlings]) * -np.expm1(-time_s / CERUMEN_S)
    sweat = SWEAT / (1 + np.exp(2 - 2 * wander(rows, 1, SWEAT_S, rng)))
    unrest = np.exp(restless * wander(rows, len(settlings), RESTLESS_S, rng))
    relative: NDArray[np.float64] = (1 + excess) * unrest * (1 + cerumen) * (1 - sweat)
    return relative
