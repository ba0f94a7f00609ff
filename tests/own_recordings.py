"""Recordings with events whose class is known to be a rhythm: alpha while the eyes are closed, none while open."""

from __future__ import annotations

import zlib

import edfio
import numpy as np
import pybv

from earloop.model.tasks.own.labelled_recording import LabelledRecording
from earloop.recordings import Annotation, Recording
from earloop.spec.variants import vary_reference

EAR = vary_reference(
    bands=("eeg_delta", "eeg_theta", "eeg_alpha"),
    electrodes={"left": ["T7"], "right": ["T8"], "reference": ["TP9", "TP10"]},
)
SFREQ = 250.0


def signal(seconds, events, *, seed=0, sfreq=SFREQ, alpha_uv=40.0, channels=2):
    """Noise of 5 uV, float64 [samples, channels], with alpha of 10 Hz during each event `closed`."""
    time_s = np.arange(round(seconds * sfreq)) / sfreq
    uv = np.random.default_rng(seed).normal(0, 5, (len(time_s), channels))
    for note in events:
        if note.label == "closed":
            during = (time_s >= note.onset_s) & (time_s < note.onset_s + note.duration_s)
            uv[during] += alpha_uv * np.sin(2 * np.pi * 10 * time_s[during])[:, None]
    return uv


def in_turn(count, *, every_s=4.0, first_s=2.0, lasts_s=2.0, labels=("closed", "open")):
    """`count` events, the labels in turn."""
    return tuple(Annotation(first_s + every_s * i, lasts_s, labels[i % len(labels)]) for i in range(count))


def _seed(name, seed):
    """The seed of a recording: each name has noise of its own, for two recordings with equal samples are refused."""
    return zlib.crc32(name.encode()) if seed is None else seed


def labelled(name="a.edf", events=None, *, seconds=100.0, gaps=(), sfreq=SFREQ, seed=None, **who):
    events = in_turn(24) if events is None else events
    uv = signal(seconds, events, sfreq=sfreq, seed=_seed(name, seed))
    for first, end in gaps:
        uv[first:end] = np.nan
    return LabelledRecording(recording=Recording(uv, "uV", sfreq, EAR.channels, events, gaps=gaps), name=name, **who)


def write_edf(path, events=(), *, seconds=20.0, channels=EAR.channels, sfreq=SFREQ, seed=None):
    """A recording as EDF+ or, by its suffix, BDF+ by edfio, its events as annotations; returns its path."""
    one, file = (edfio.BdfSignal, edfio.Bdf) if path.suffix == ".bdf" else (edfio.EdfSignal, edfio.Edf)
    uv = np.clip(signal(seconds, events, sfreq=sfreq, seed=_seed(path.name, seed), channels=len(channels)), -499, 499)
    signals = [
        one(column, sfreq, label=name, physical_dimension="uV", physical_range=(-500, 500))
        for name, column in zip(channels, uv.T, strict=True)
    ]
    notes = [edfio.EdfAnnotation(note.onset_s, note.duration_s, note.label) for note in events]
    path.parent.mkdir(parents=True, exist_ok=True)
    file(signals, annotations=notes).write(path)
    return path


def write_brainvision(path, events=(), *, seconds=20.0, channels=EAR.channels, seed=0):
    """A recording as BrainVision by pybv, its events as comments; returns the path of its header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    volts = signal(seconds, events, seed=seed, channels=len(channels)).T * 1e-6
    notes = [
        {
            "onset": round(note.onset_s * SFREQ),
            "duration": round(note.duration_s * SFREQ),
            "type": "Comment",
            "description": note.label,
        }
        for note in events
    ]
    pybv.write_brainvision(
        data=volts, sfreq=SFREQ, ch_names=list(channels), fname_base=path.stem, folder_out=path.parent, events=notes
    )
    return path.with_suffix(".vhdr")
