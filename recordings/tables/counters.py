"""Lost and repeated samples, by a counter of packets.

A counter grows by one step for each packet, and restarts: after 255 on an OpenBCI Cyton; in steps of 2 with its Daisy
module. A packet may have several samples, which share its number: two on a Ganglion, twelve on a Muse.
Sources: https://docs.openbci.com/Cyton/CytonDataFormat, https://docs.openbci.com/Ganglion/GanglionDataFormat, and the
packet counts of OpenBCI_GUI (PacketLossTracker.pde).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BYTE = 256
NEAR_A_BYTE = 240  # a counter that reaches this value, but never more than 255, is a byte
USUAL = 0.8  # share of the packets that must be consecutive; otherwise the column is not a counter
LEAST_PACKETS = 4
MOST_PLACES = 1 << 17  # longest cycle for which the number of rows of each packet is estimated
ROUNDS = {*(2.0**bits for bits in range(4, 33)), 100.0, 101.0, 200.0, 201.0, 1000.0, 10_000.0}  # usual cycles


@dataclass(frozen=True)
class CounterStep:
    """An irregular step of a counter.

    sample : index of the first sample after it
    missing : smallest number of missing samples; negative if samples are repeated
    cycle : samples of one cycle of the counter, 0 without cycles; a multiple of it may be missing in addition
    """

    sample: int
    missing: float
    cycle: float


def find_losses(counts: NDArray[np.float64]) -> list[CounterStep] | None:
    """Return the steps at which packets were lost or repeated; None if the values are not a counter.

    Parameters
    ----------
    counts : finite, [samples], in the file's order
    """
    if len(counts) < 2 or (counts != np.round(counts)).any():
        return None
    begins = np.concatenate([[0], np.flatnonzero(np.diff(counts)) + 1])  # first samples of packets
    packets = counts[begins]
    steps = np.diff(packets)
    if len(packets) < LEAST_PACKETS or not (steps > 0).any():
        return None
    step, rows = float(np.median(steps[steps > 0])), float(np.median(np.diff(begins)))
    lost, cycle = _lost(packets, step)
    usual = _usual_pairs(packets, lost != 0)
    if usual.any():  # the counter skips numbers regularly: count by the numbers that occur
        packets, step = np.unique(packets, return_inverse=True)[1].astype(float), 1.0
        lost, cycle = _lost(packets, step)
    if (lost == 0).mean() < USUAL:
        return None
    lengths = np.diff(np.concatenate([begins, [len(counts)]]))
    before = _rows_before((packets - packets.min()) / step, lengths, rows, cycle)
    losses = [
        CounterStep(int(begins[i + 1]), float(before(i, lost[i])), cycle * rows) for i in np.flatnonzero(lost).tolist()
    ]
    return sorted(losses + _repeated(begins, lengths, rows, cycle), key=lambda one: one.sample)


def _lost(packets: NDArray[np.float64], step: float) -> tuple[NDArray[np.float64], float]:
    """Return the number of packets missing after each, negative if the counter goes back; and packets in a cycle."""
    steps = np.diff(packets)
    cycle, ahead = _cycle(packets, steps, step), steps / step
    if cycle:
        ahead = np.mod(ahead, cycle)
        ahead[ahead > cycle / 2] -= cycle
    return ahead - 1, cycle


def _rows_before(
    places: NDArray[np.float64], lengths: NDArray[np.intp], rows: float, cycle: float
) -> Callable[[int, float], float]:
    """Return a function that counts the rows of so many packets after packet i.

    The number of rows may depend on the packet: on a Ganglion, packet 0 has one, the others two.
    """
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
    """Return the number of packets in a cycle of the counter; 0 if it never restarts."""
    back = np.flatnonzero(steps < 0)
    low, high = float(packets.min()), float(packets.max())
    wraps = back[(packets[back] - packets[back + 1]) > (high - low) / 2]
    if not len(wraps):
        return 0.0
    if NEAR_A_BYTE <= high < BYTE and step in (1.0, 2.0):
        # Counters that are never 0 count from 1, as a Cyton with a Daisy: 1, 3 .. 255.
        return BYTE / step
    values, times = np.unique((packets[wraps] - packets[wraps + 1]) / step + 1, return_counts=True)
    often = values[times >= 2]
    if len(often):
        return float(values[np.argmax(times)])
    ordinary = [value for value in values.tolist() if value in ROUNDS]
    return float(max(ordinary, default=0.0))  # 0 if the counter was reset once


def _usual_pairs(packets: NDArray[np.float64], doubtful: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of the doubtful steps recur regularly: a Ganglion counts 0, 101, 102 .. 200, 0, 101."""
    recurs = np.zeros(len(doubtful), bool)
    at = np.flatnonzero(doubtful)
    if len(at):
        pairs = np.stack([packets[at], packets[at + 1]], axis=1)
        _, which, times = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
        befores, all_times = np.unique(packets[:-1], return_counts=True)
        shares = times[which.ravel()] / all_times[np.searchsorted(befores, packets[at])]
        recurs[at] = (times[which.ravel()] >= 2) & (shares >= USUAL)
    return recurs


def _repeated(begins: NDArray[np.intp], lengths: NDArray[np.intp], rows: float, cycle: float) -> list[CounterStep]:
    """Return a step for each repetition of a packet, whose rows are a multiple of the usual number."""
    multiples = np.flatnonzero(lengths >= 2 * rows)
    return [
        CounterStep(int(begins[i] + k * rows), -rows, cycle * rows)
        for i in multiples
        for k in range(1, int(lengths[i] // rows))
    ]
