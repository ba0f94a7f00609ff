"""`python -m bench.pictures` draws every picture of docs/explanation/synthetic-and-real.md."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from bench.measurements.realism import REAL_DATA
from bench.measurements.realism.windows import CONDUCT, our_recordings, real_recordings
from bench.pictures import behind_ear, body
from earloop.cli.output.console import progress
from earloop.recordings import Recording
from earloop.sim.view.style import style
from earloop.system.project import ROOT

OUT = ROOT / "docs" / "pictures"
DPI = 110
Trials = tuple[Recording, NDArray[np.float64], NDArray[np.float64]]
# Kinds of trial: real markers (with muse-lsl's names of pictures), and our labels; for flicker its frequency in Hz.
KINDS: dict[str, tuple[dict[str, float], dict[str, float]]] = {
    "ssvep": ({"1": 30.0, "2": 20.0}, {}),
    "p300": ({"1": 0, "2": 1}, {"p300_standard": 0, "p300_target": 1}),
    "n170": ({"1": 0, "2": 1}, {"n170_house": 0, "n170_face": 1}),
}


def pictures(folder: Path) -> dict[str, Callable[[], Figure]]:
    """Return the functions that draw the pictures, by name."""
    real, ours = real_recordings(folder), our_recordings()
    names = (
        [name.split("_")[1].lower() for name in real],
        [name for name, count in CONDUCT for _ in range(count)],
    )
    both = (list(real.values()), ours)

    def trials(experiment: str) -> tuple[list[Trials], ...]:
        return tuple(
            [_trials(it, kinds) for it, name in zip(found, side, strict=True) if name == experiment]
            for found, side, kinds in zip(both, names, KINDS[experiment], strict=True)
        )

    return {
        "spectra": lambda: behind_ear.spectra(both),
        "traces": lambda: behind_ear.traces(both, names),
        "blinks": lambda: behind_ear.blinks(both),
        "flicker": lambda: behind_ear.flicker(trials("ssvep")),
        "evoked": lambda: behind_ear.evoked(
            [
                ("P300", ("standard", "target"), trials("p300")),
                ("N170", ("house", "face"), trials("n170")),
            ]
        ),
        "saccades": lambda: body.saccades(folder),
        "heart": lambda: body.heart(folder),
        "muscle": lambda: body.muscle(folder),
        "sleep": lambda: body.sleep(folder),
        "walking": lambda: body.walking(folder),
    }


def _trials(recording: Recording, kinds: dict[str, float]) -> Trials:
    """Return a recording, the onsets of its trials in s and the kind of each; for flicker the kind is the frequency."""
    events: Sequence[tuple[float, float]] = [
        (event.onset_s, kinds[event.label] if kinds else float(event.amplitude or 0.0))
        for event in recording.annotations
        if event.label in kinds or (not kinds and event.label == "ssvep")
    ]
    onsets, which = np.array(events).T
    return recording, onsets, which


@click.command()
def main() -> None:
    """Draw the pictures of docs/explanation/synthetic-and-real.md."""
    folder = os.environ.get(REAL_DATA)
    if not folder:
        click.echo(f"error: {REAL_DATA} names no folder of real recordings", err=True)
        sys.exit(2)
    OUT.mkdir(parents=True, exist_ok=True)
    with style():
        found = pictures(Path(folder))
        with progress("pictures", len(found), "drawn") as advance:
            for number, (name, draw) in enumerate(found.items(), 1):
                draw().savefig(OUT / f"{name}.png", dpi=DPI)
                advance(number)
    click.echo(f"{len(found)} pictures in {OUT}")


if __name__ == "__main__":
    main()
