"""Epochs made of tones in noise, whose class or value is known to lie in named bands."""

from __future__ import annotations

import numpy as np

from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.token_stream import TokenFormat, TokenStream

BANDS = ("low", "middle", "high")
FORMAT = TokenFormat(design_hash="made", channels=("T7", "T8"), bands=BANDS, rate_hz=200.0, patch=50)
HZ = (6.0, 20.0, 40.0)  # of the tone in each band
GAP = 100  # ticks between two epochs, over which a shift may wander


def tone_epochs(count=60, *, patches=4, band="middle", runs=3, amplitude=3.0, seed=0, classes=("off", "on")):
    """Class 1 has a tone of any phase in one band, class 0 has none; noise of unit size everywhere.

    The signal before the bands is their sum. Epochs are dealt to `runs` recordings of one subject each.
    """
    rng = np.random.default_rng(seed)
    target = rng.permutation(np.arange(count) % len(classes))
    column = BANDS.index(band)

    def draw(epoch):
        size = (patches * FORMAT.patch, len(FORMAT.channels), len(BANDS))
        samples = rng.normal(size=size)
        t = np.arange(size[0]) / FORMAT.rate_hz
        phase = rng.uniform(0, 2 * np.pi)
        level = amplitude * target[epoch] / (len(classes) - 1)
        samples[:, :, column] += level * np.sin(2 * np.pi * HZ[column] * t + phase)[:, None]
        return samples

    return _laid_out("tone", [draw(i) for i in range(count)], target, patches, runs, rng, classes=classes)


def gaze_epochs(count=60, *, patches=4, runs=3, seed=0):
    """Two angles, constant over a patch, that the low band of the two channels shows as their sum and difference."""
    rng = np.random.default_rng(seed)
    target = rng.uniform(-10, 10, (count, patches, 2)).astype(np.float32)
    cuts = []
    for angles in np.repeat(target, FORMAT.patch, axis=1):
        samples = rng.normal(size=(len(angles), 2, len(BANDS)))
        samples[:, :, 0] += np.stack([angles.sum(1), angles[:, 0] - angles[:, 1]], axis=1)
        cuts.append(samples)
    return _laid_out("gaze", cuts, target, patches, runs, rng, outputs=("gaze_x_deg", "gaze_y_deg"))


def _laid_out(task, cuts, target, patches, runs, rng, **names):
    """Cuts laid one behind the other into recordings, in steps of a hundredth, with noise before, between and after."""
    run = np.arange(len(cuts)) % runs
    streams, start = [], np.zeros(len(cuts), np.int64)
    for number in range(runs):
        parts = [rng.normal(size=(GAP, 2, len(BANDS)))]
        for epoch in np.flatnonzero(run == number):
            start[epoch] = sum(map(len, parts))
            parts += [cuts[epoch], rng.normal(size=(GAP, 2, len(BANDS)))]
        samples = np.concatenate(parts)
        notched = samples.sum(axis=2).astype(np.float32)
        steps = np.round(samples * 100).astype(np.int16)
        streams.append(
            TokenStream(
                format=FORMAT,
                samples=steps,
                notched_uv=notched,
                name=f"run{number}",
                subject=f"sub{number}",
                session="1",
                run=str(number),
            )
        )
    return Epochs(
        task=task,
        streams=tuple(streams),
        stream=run.astype(np.int64),
        start=start,
        patches=patches,
        target=target,
        **names,
    )
