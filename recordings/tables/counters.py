"""Samples that were lost or came twice, by a counter of packets.

A counter goes up by one step a packet, and begins again: after 255 on an OpenBCI Cyton, by 2 with its Daisy module. A
packet may bring several samples, which share its number: two on a Ganglion, twelve on a Muse.
Sources: https://docs.openbci.com/Cyton/CytonDataFormat, https://docs.openbci.com/Ganglion/GanglionDataFormat, and the
packet counts of OpenBCI_GUI (PacketLossTracker.pde).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BYTE = 256
NEAR_A_BYTE = 240  # a counter that was seen to reach this, and no more than 255, is a byte
USUAL = 0.8  # share of the packets that must follow each other: else it is no counter
LEAST_PACKETS = 4
MOST_PLACES = 1 << 17  # packets in a round of which each may have its own number of rows
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
    step, rows = float(np.median(steps[steps > 0])), float(np.median(np.diff(begins)))
    lost, cycle = _lost(packets, step)
    usual = _usual_pairs(packets, lost != 0)
    if usual.any():  # it leaves numbers out: they are counted by those that come
        packets, step = np.unique(packets, return_inverse=True)[1].astype(float), 1.0
        lost, cycle = _lost(packets, step)
    if (lost == 0).mean() < USUAL:
        return None
    lengths = np.diff(np.concatenate([begins, [len(counts)]]))
    before = _rows_before((packets - packets.min()) / step, lengths, rows, cycle)
    found = [Step(int(begins[i + 1]), float(before(i, lost[i])), cycle * rows) for i in np.flatnonzero(lost).tolist()]
    return sorted(found + _repeated(begins, lengths, rows, cycle), key=lambda one: one.sample)


def _lost(packets: NDArray[np.float64], step: float) -> tuple[NDArray[np.float64], float]:
    """Packets that are missing after each, negative where they go back; and packets after which they come round."""
    steps = np.diff(packets)
    cycle, ahead = _cycle(packets, steps, step), steps / step
    if cycle:
        ahead = np.mod(ahead, cycle)
        ahead[ahead > cycle / 2] -= cycle
    return ahead - 1, cycle


def _rows_before(
    places: NDArray[np.float64], lengths: NDArray[np.intp], rows: float, cycle: float
) -> Callable[[int, float], float]:
    """What says how many rows so many packets after packet i have: on a Ganglion, packet 0 has one, the others two."""
    if not 0 < cycle <= MOST_PLACES or (places != np.round(places)).any():
        return lambda i, packets: packets * rows
    usual = np.full(int(cycle), rows)
    which = np.mod(places, cycle).astype(int)
    sums, times = np.zeros(int(cycle)), np.zeros(int(cycle))
    np.add.at(sums, which, lengths)
    np.add.at(times, which, 1)
    often = times >= 2
    usual[often] = np.round(sums[often] / times[often])
    total = np.concatenate([[0], np.cumsum(np.tile(usual, 2))])

    def count(i: int, packets: float) -> float:
        first = int(which[i]) + 1
        return packets * rows if packets < 0 else float(total[first + int(packets)] - total[first])

    return count


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


def _repeated(begins: NDArray[np.intp], lengths: NDArray[np.intp], rows: float, cycle: float) -> list[Step]:
    """Packets of twice the rows that a packet has, or more: one packet that came again at once."""
    again = np.flatnonzero(lengths >= 2 * rows)
    return [
        Step(int(begins[i] + k * rows), -rows, cycle * rows) for i in again for k in range(1, int(lengths[i] // rows))
    ]
