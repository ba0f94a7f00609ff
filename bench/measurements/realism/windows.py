"""Windows of 4 s from behind the ears: real ones, and ours with a model of the same device.

Every person, real or synthetic, is a group: a classifier is never tested on a person that it was trained on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import Recording, read_recording
from earloop.sim import MUSE, codes_to_uv, convert
from earloop.synth_data import draw_subject, synthesise

WINDOW_S = 4.0
CHANNELS = ("TP9", "TP10")
SFREQ = MUSE.headset.rate_hz
RECORDING_S = 120.0
# The experiments of the real recordings, and the number of recordings of each.
CONDUCT = (("n170", 4), ("p300", 5), ("ssvep", 4), ("n170", 4))
SHARE_50_HZ = 5 / 17  # of the recordings: those of P300 are from Europe


@dataclass(frozen=True)
class RawWindows:
    """Windows, float64 [windows, samples, channels] in uV, with the recording and the person of each."""

    uv: NDArray[np.float64]
    recording: NDArray[np.int64]
    person: NDArray[np.int64]


def cut(recordings: list[NDArray[np.float64]], people: list[int]) -> RawWindows:
    """Cut recordings [samples, channels] into windows without overlap."""
    length = round(WINDOW_S * SFREQ)
    parts = [uv[: len(uv) // length * length].reshape(-1, length, uv.shape[1]) for uv in recordings]
    counts = [len(part) for part in parts]
    return RawWindows(
        np.concatenate(parts), np.repeat(np.arange(len(parts)), counts), np.repeat(np.array(people), counts)
    )


def real_recordings(folder: Path) -> dict[str, Recording]:
    """Read every recording of the headband in a folder, with its markers, by file name."""
    files = sorted((folder / "muse").glob("*.csv.gz"))
    return {file.name: read_recording(file, rate_hz=SFREQ, channels=CHANNELS) for file in files}


def real_windows(folder: Path) -> RawWindows:
    """Return the windows of `real_recordings`; one person is one subject of one experiment."""
    found = real_recordings(folder)
    names = [re.sub(r"_session.*", "", name) for name in found]
    people = sorted(set(names))
    return cut([np.asarray(it.data, np.float64) for it in found.values()], [people.index(name) for name in names])


def our_recordings(seed: int = 1) -> list[Recording]:
    """Synthesise as many recordings of the same experiments, each of another person, with the same device."""
    found = []
    streams = np.random.SeedSequence(seed).spawn(sum(count for _, count in CONDUCT))
    scenarios = [name for name, count in CONDUCT for _ in range(count)]
    columns = [MUSE.headset.channels.index(name) for name in CHANNELS]
    for i, (scenario, stream) in enumerate(zip(scenarios, streams, strict=True)):
        rng = np.random.default_rng(stream)
        subject = draw_subject(f"{i:02d}", rng)
        session = synthesise(MUSE.headset, scenario=scenario, duration_s=RECORDING_S, seed=stream, subject=subject)
        device = replace(MUSE, mains_hz=50 if rng.random() < SHARE_50_HZ else 60)
        codes = convert(session, device, seed=int(rng.integers(2**31)))
        uv = codes_to_uv(codes.data[:, columns], MUSE)
        found.append(replace(codes, data=uv, unit="uV", channels=CHANNELS))
    return found


def our_windows(seed: int = 1) -> RawWindows:
    """Return the windows of `our_recordings`."""
    found = our_recordings(seed)
    return cut([it.data for it in found], list(range(len(found))))
