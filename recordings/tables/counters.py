"""Samples that were lost or came twice, by a counter of packets.

A counter goes up by one step a packet, and begins again: after 255 on an OpenBCI Cyton, by 2 with its Daisy module. A
packet may bring several samples, which share its number: two on a Ganglion, twelve on a Muse.
Sources: https://docs.openbci.com/Cyton/CytonDataFormat, https://docs.openbci.com/Ganglion/GanglionDataFormat, and the
packet counts of OpenBCI_GUI (PacketLossTracker.pde).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BYTE = 256
NEAR_A_BYTE = 240  # a counter that was seen to reach this, and no more than 255, is a byte
USUAL = 0.8  # share of the packets that must follow each other: else it is no counter
LEAST_PACKETS = 4
ROUNDS = {*(2.0**bits for bits in range(4, 33)), 100.0, 101.0, 200.0, 201.0, 1000.0, 10_000.0}  # that counters go


@dataclass(frozen=True)
class Step:
    """Where a counter does not go on as it should.

    sample : index of the first sample after it
    missing : samples that lie between, at least; negative where samples came twice
    cycle : samples in which the counter comes round, 0 where it does not: so many more may be missing
    """

    sample: int
    missing: float
    cycle: float


def find_losses(counts: NDArray[np.float64]) -> list[Step] | None:
    """Where packets were lost or repeated; None where the values are no counter.

    Parameters
    ----------
    counts : finite, [samples], in the file's order
    """
    if len(counts) < 2 or (counts != np.round(counts)).any():
        return None
    begins = np.concatenate([[0], np.flatnonzero(np.diff(counts)) + 1])  # of packets
    packets = counts[begins]
    steps = np.diff(packets)
    if len(packets) < LEAST_PACKETS or not (steps > 0).any():
        return None
    step = float(np.median(steps[steps > 0]))
    rows = float(np.median(np.diff(begins)))  # of a packet
    cycle = _cycle(packets, steps, step)
    ahead = steps / step
    if cycle:
        ahead = np.mod(ahead, cycle)
        ahead[ahead > cycle / 2] -= cycle
    lost = ahead - 1
    if (lost == 0).mean() < USUAL:
        return None
    usual = _usual_pairs(packets, lost != 0)
    found = [
        Step(int(begins[i + 1]), float(lost[i] * rows), cycle * rows)
        for i in np.flatnonzero((lost != 0) & ~usual).tolist()
    ]
    return sorted(found + _repeated(begins, len(counts), rows, cycle), key=lambda one: one.sample)


def _cycle(packets: NDArray[np.float64], steps: NDArray[np.float64], step: float) -> float:
    """Packets after which the counter comes round; 0 where it never did."""
    back = np.flatnonzero(steps < 0)
    low, high = float(packets.min()), float(packets.max())
    wraps = back[(packets[back] - packets[back + 1]) > (high - low) / 2]
    if not len(wraps):
        return 0.0
    if NEAR_A_BYTE <= high < BYTE and step in (1.0, 2.0):
        # Those that never are 0 count from 1, as a Cyton with a Daisy does: 1, 3 .. 255.
        return BYTE / step
    values, times = np.unique((packets[wraps] - packets[wraps + 1]) / step + 1, return_counts=True)
    often = values[times >= 2]
    if len(often):
        return float(values[np.argmax(times)])
    ordinary = [value for value in values.tolist() if value in ROUNDS]
    return float(max(ordinary, default=0.0))  # else the counter was set back, once


def _usual_pairs(packets: NDArray[np.float64], doubtful: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the doubtful steps come again and again: a Ganglion counts 0, 101, 102 .. 200, 0, 101."""
    found = np.zeros(len(doubtful), bool)
    at = np.flatnonzero(doubtful)
    if len(at):
        pairs = np.stack([packets[at], packets[at + 1]], axis=1)
        _, which, times = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
        befores, all_times = np.unique(packets[:-1], return_counts=True)
        shares = times[which.ravel()] / all_times[np.searchsorted(befores, packets[at])]
        found[at] = (times[which.ravel()] >= 2) & (shares >= USUAL)
    return found


def _repeated(begins: NDArray[np.intp], samples: int, rows: float, cycle: float) -> list[Step]:
    """Packets of twice the rows that a packet has, or more: one packet that came again at once."""
    lengths = np.diff(np.concatenate([begins, [samples]]))
    again = np.flatnonzero(lengths >= 2 * rows)
    return [
        Step(int(begins[i] + k * rows), -rows, cycle * rows) for i in again for k in range(1, int(lengths[i] // rows))
    ]
