"""The recordings that pages name, written as the pages describe them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import edfio
import numpy as np

from earloop.recordings import write_session
from earloop.sim import convert
from earloop.spec.design import load_design
from earloop.synth_data import synthesise
from tests.edf import EdfSignal, edf_bytes, tal
from tests.own_recordings import in_turn, write_edf


def write_file(folder: Path, page: Path, name: str) -> None:
    """Write the recording `name` of a page into a folder."""
    write = FILES.get(f"{page.name}:{name}") or FILES.get(name)
    assert write is not None, f"{page.name} names {name}, which no page writes: add it to FILES, or mark the block"
    write(folder / name)


def _eyes(path: Path) -> None:
    write_edf(path, in_turn(8), seconds=36.0, channels=("EarL", "EarR"), seed=0)


def _session(path: Path) -> None:
    design = load_design()
    write_session(convert(synthesise(design, scenario="free-living", duration_s=20.0, seed=1), design, seed=1), path)


def _night_in_two_parts(path: Path) -> None:
    """Two parts of three seconds, ten seconds apart, with an event before, within and after the gap."""
    starts = (0, 1, 2, 13, 14, 15)
    texts = [tal(0, "before", duration=0.5), tal(2.5, "within"), b"", b"", tal(14.5, "after"), b""]
    rng = np.random.default_rng(0)
    path.write_bytes(
        edf_bytes(
            [
                *(
                    EdfSignal(label=name, codes=rng.integers(-100, 100, (len(starts), 250)))
                    for name in ("T7", "T9", "T8", "T10")
                ),
                EdfSignal(
                    label="EDF Annotations",
                    texts=[tal(start, "") + text for start, text in zip(starts, texts, strict=True)],
                ),
            ],
            reserved="EDF+D",
        )
    )


def _night(path: Path) -> None:
    write_edf(path, in_turn(4), seconds=20.0, channels=("EarL1", "EarL2", "EarR1", "EarR2"), seed=0)


def _sleep(path: Path) -> None:
    """Two electrodes against Cz, with mains of 50 Hz, beside channels that are no electrodes of the ear."""
    time_s = np.arange(128 * 60) / 128
    rng = np.random.default_rng(0)
    mains_uv = 8.0 * np.sin(2 * np.pi * 50 * time_s)
    edfio.Edf(
        [
            edfio.EdfSignal(
                rng.normal(0, 5, len(time_s)) + mains_uv,
                128,
                label=name,
                physical_dimension="uV",
                physical_range=(-500, 500),
            )
            for name in ("EEG T7-Cz", "EEG T8-Cz", "ECG", "Resp chest")
        ]
    ).write(path)


FILES: dict[str, Callable[[Path], None]] = {
    "electrodes.md:night.edf": _night,
    "my.edf": _eyes,
    "recordings.md:night.edf": _night_in_two_parts,
    "session.zarr": _session,
    "sleep.edf": _sleep,
}
