"""Changes of the contacts' impedance after the earpiece is put on: settling, sweat, cerumen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from earloop.sim.contacts.fit import Fit
from earloop.sim.contacts.slow_process import SLOW_HZ, wander

# Estimate, over the settled value; dry metal loses over 3/4 of its first impedance in 20 min (doi 10.1007/BF02407675).
EXCESS, EXCESS_LN_SD = 2.0, 0.4
SETTLING_S = (20.0, 60.0)  # time constant, a third of the 1..3 min until a contact has settled (van der Heijden 2024)
OFFSET_EXCESS = 0.06  # estimate: sd of the offset that settles with the impedance, over the sd of all offsets
RESTLESS_LN_SD, RESTLESS_S = 0.2, 30.0  # estimate: contacts that never settle also vary slowly
SWEAT, SWEAT_S = 0.25, 40.0  # an electrodermal response lowers dry in-ear impedance by up to 25 % (NSF PAR 10107956)
CERUMEN, CERUMEN_S = 0.86, 2 * 3600.0  # with cerumen 86 % more (NSF PAR 10107956); the time constant is an estimate

Kind = Literal["immediate", "slow", "never"]


@dataclass(frozen=True, kw_only=True)
class Settling:
    """The settling of one contact: its initial excess, the time constant of its decay, and the effect of cerumen."""

    kind: Kind
    excess: float = 0.0  # initial excess of impedance, relative
    offset_excess_uv: float = 0.0
    time_s: float = float("inf")
    cerumen: float = 0.0  # final relative rise


def draw_settling(fit: Fit, rng: np.random.Generator) -> Settling:
    """Draw the settling of one contact."""
    share, cerumen = rng.random(), CERUMEN * rng.random() * fit.in_ear
    excess = EXCESS * float(np.exp(EXCESS_LN_SD * rng.standard_normal()))
    offset_uv = float(rng.normal(0, OFFSET_EXCESS * fit.material.offset_uv))
    time_s = float(rng.uniform(*SETTLING_S))
    if share < fit.immediate:
        return Settling(kind="immediate", cerumen=cerumen)
    if share < fit.immediate + fit.slow:
        return Settling(kind="slow", excess=excess, offset_excess_uv=offset_uv, time_s=time_s, cerumen=cerumen)
    return Settling(kind="never", excess=excess, cerumen=cerumen)


def remaining_excess(settlings: Sequence[Settling], rows: int) -> NDArray[np.float64]:
    """Return the remaining share of each contact's initial excess, float64 [rows, sites] at `SLOW_HZ`."""
    time_s = np.arange(rows)[:, np.newaxis] / SLOW_HZ
    remaining: NDArray[np.float64] = np.exp(-time_s / np.array([s.time_s for s in settlings]))
    return remaining


def relative_impedance(settlings: Sequence[Settling], rows: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return each contact's impedance over that of the settled, dry, clean one; float64 [rows, sites] at `SLOW_HZ`.

    Sweat affects all contacts of a wearer at once.
    """
    time_s = np.arange(rows)[:, np.newaxis] / SLOW_HZ
    excess = np.array([s.excess for s in settlings]) * remaining_excess(settlings, rows)
    restless = np.array([RESTLESS_LN_SD * (s.kind == "never") for s in settlings])
    cerumen = np.array([s.cerumen for s in settlings]) * -np.expm1(-time_s / CERUMEN_S)
    sweat = SWEAT / (1 + np.exp(2 - 2 * wander(rows, 1, SWEAT_S, rng)))
    unrest = np.exp(restless * wander(rows, len(settlings), RESTLESS_S, rng))
    relative: NDArray[np.float64] = (1 + excess) * unrest * (1 + cerumen) * (1 - sweat)
    return relative
