"""Sudden failures of a contact: electrode pops and lift-offs, Poisson events that motion makes more frequent.

| label              | what happens                                                                             |
|--------------------|------------------------------------------------------------------------------------------|
| `electrode_pop/T7` | the offset of T7 jumps and returns exponentially                                         |
| `lift_off/T7`      | T7 loses the skin: its impedance rises steeply, and with it hum, motion and the offset   |

The site follows a slash, so that MNE selects all events of a kind by `electrode_pop` (hierarchical event descriptions).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import Annotation
from earloop.sim.contacts.fit import Fit
from earloop.sim.contacts.slow_process import SLOW_HZ

PROVOKING_G = 0.02  # estimate: rms acceleration that doubles both rates; walking has .1..5 g (Luu et al. 2024)
POP_UV, POP_LN_SD = 200.0, 1.0  # estimate of the median; 14..17 mV is the largest seen (OpenBCI recordings)
POP_RETURN_S, POP_RETURN_LN_SD = 0.4, 0.5  # estimate
POP_OVER = 3.0  # a pop ends after so many time constants
LIFT, LIFT_LN_SD = 300.0, 1.5  # estimate: impedance while lifted, over that of the contact
LIFT_S, LIFT_S_LN_SD = 1.0, 0.7  # estimate


@dataclass(frozen=True, kw_only=True)
class ContactEvent:
    """One event at the site of an index; `size` is the jump of a pop in uV, or the factor of a lift-off's impedance."""

    label: str
    site: int
    onset_s: float
    duration_s: float
    size: float


def draw_events(
    fit: Fit, sites: int, shaking_g: NDArray[np.floating[Any]], duration_s: float, rng: np.random.Generator
) -> tuple[ContactEvent, ...]:
    """Draw the events of one session; `shaking_g` [rows] at `SLOW_HZ` is the rms of the head's acceleration."""
    minutes_per_row = (1 + shaking_g[:, np.newaxis] / PROVOKING_G) / (60 * SLOW_HZ)  # weighted by the motion
    chances, within = rng.random((2, len(shaking_g), sites)), rng.random((len(shaking_g), sites))
    events = []
    for row, site in np.argwhere(chances[0] < fit.pops_per_min * minutes_per_row):
        size = POP_UV * np.exp(POP_LN_SD * rng.standard_normal()) * rng.choice([-1, 1])
        length_s = POP_OVER * POP_RETURN_S * np.exp(POP_RETURN_LN_SD * rng.standard_normal())
        events.append(("electrode_pop", site, (row + within[row, site]) / SLOW_HZ, length_s, size))
    for row, site in np.argwhere(chances[1] < fit.lift_offs_per_min * minutes_per_row):
        size = 1 + LIFT * np.exp(LIFT_LN_SD * rng.standard_normal())
        events.append(("lift_off", site, row / SLOW_HZ, LIFT_S * np.exp(LIFT_S_LN_SD * rng.standard_normal()), size))
    return tuple(
        ContactEvent(label=label, site=int(site), onset_s=float(onset_s), duration_s=float(length_s), size=float(size))
        for label, site, onset_s, length_s, size in events
        if onset_s < duration_s
    )


def event_annotations(events: Sequence[ContactEvent], sites: Sequence[str], duration_s: float) -> list[Annotation]:
    """Return the events as annotations of a recording of this duration, with their size as amplitude."""
    return [
        Annotation(
            e.onset_s, min(e.duration_s, duration_s - e.onset_s), f"{e.label}/{sites[e.site]}", e.size, "contact"
        )
        for e in events
    ]


def lift_off_factor(events: Sequence[ContactEvent], rows: int, sites: int) -> NDArray[np.float64]:
    """Return the factor of lift-offs on each site's impedance, float64 [rows, sites] at `SLOW_HZ`."""
    factor = np.ones((rows, sites))
    for event in events:
        if event.label == "lift_off":
            first = round(event.onset_s * SLOW_HZ)
            span = factor[first : first + max(1, round(event.duration_s * SLOW_HZ)), event.site]
            np.maximum(span, event.size, out=span)
    return factor


def add_pops(uv: NDArray[np.float32], events: Sequence[ContactEvent], site: int, sfreq: float) -> None:
    """Add the pops of one site to its `uv` [samples], in place."""
    for event in events:
        if event.label == "electrode_pop" and event.site == site:
            first = int(np.ceil(event.onset_s * sfreq))
            affected = uv[first : first + int(np.ceil(4 * event.duration_s * sfreq))]
            since_s = np.arange(first, first + len(affected)) / sfreq - event.onset_s
            affected += (event.size * np.exp(-POP_OVER * since_s / event.duration_s)).astype(np.float32)
