"""
A synthetic person, and a small corpus
======================================

This tutorial is for a biosignal researcher. You synthesise people, of whom you know every event, put an earpiece on
them, look at what the electrodes see, and give the result to MNE.
"""

# %%
# One person
# ----------
#
# A scenario is a list of activities. ``rest`` has eyes open and eyes closed in turn; its five parts share the length
# of the session. ``sources=True`` also keeps what each source alone gives at each channel. The same seed gives the
# same person, sample by sample.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.signal import welch

import earloop as el
from earloop import sim, synth_data
from earloop.sim import corpus

design = el.load_design()
session = synth_data.synthesise(
    design, scenario="rest", duration_s=100, seed=2, sources=True
)
recording = session.recording
print(recording)

# %%
# ``el.plot`` draws a part: here ten seconds around the moment when the eyes close. Activities and events are at the
# top, then the gaze, which is known here and not estimated. The traces are the potentials at the electrodes in uV,
# before any amplifier. The blinks end when the eyes close, and the alpha rhythm grows.

figure = el.plot(
    session, start_s=15, seconds=10, title="the eyes close at 20 s"
)

# %%
# The truth
# ---------
#
# Each event is an annotation with its onset, its source, and where it has a size, its amplitude.

for note in [
    note for note in recording.annotations if note.source == "eog"
][:3]:
    print(f"{note.onset_s:7.3f} s  {note.label:14} {note.amplitude:.1f}")
print({name: values.shape for name, values in session.truth.items()})

# %%
# The sources add up to the recording: nothing else is in it. So an algorithm that removes blinks, for example, can be
# judged against the EEG as it was without them.

names = ["eeg", "eog", "emg", "ecg"]
rest = recording.data - sum(session.truth[name] for name in names)
print(f"largest part that no source explains: {np.abs(rest).max():.2g} uV")

part = slice(round(16 * recording.sfreq), round(20 * recording.sfreq))
time_s = np.arange(part.start, part.stop) / recording.sfreq
figure, axes = plt.subplots(
    5, 1, figsize=(9, 6), sharex=True, layout="constrained"
)
for ax, (name, values) in zip(
    axes,
    [
        ("recording", recording.data),
        *((n, session.truth[n]) for n in names),
    ],
    strict=True,
):
    ax.plot(time_s, values[part, 0] - values[part, 0].mean(), linewidth=0.7)
    ax.set_ylabel(f"{name}\nuV")
axes[0].set_title(
    f"channel {recording.channels[0]}, and the sources that it is the sum of"
)
axes[-1].set_xlabel("time, s")

# %%
# Eyes open and eyes closed
# -------------------------
#
# The alpha rhythm near 10 Hz is stronger while the eyes are closed. At the ear it is small, because the channels are
# between the ear and the mastoid.

alpha = {}
figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for label in ("eyes_open", "eyes_closed"):
    spectra = []
    for note in recording.annotations:
        if note.label == label:
            first, end = (
                round(s * recording.sfreq)
                for s in (
                    note.onset_s + 1,
                    note.onset_s + note.duration_s - 1,
                )
            )
            hz, density = welch(
                recording.data[first:end],
                recording.sfreq,
                nperseg=2000,
                axis=0,
            )
            spectra.append(np.sqrt(density).mean(axis=1))
    mean = np.mean(spectra, axis=0)
    alpha[label] = mean[(hz >= 8) & (hz <= 12)].mean()
    ax.semilogy(hz, mean, label=label.replace("_", " "))
ax.set(
    xlim=(1, 45),
    ylim=(0.1, 3),
    xlabel="frequency, Hz",
    ylabel="uV/rtHz",
    title="mean of four channels",
)
ax.legend()
print(
    f"8 to 12 Hz: {alpha['eyes_closed'] / alpha['eyes_open']:.2f} times as large with the eyes closed"
)

# %%
# Around 10 Hz the closed eyes stand out. Below 4 Hz the open eyes have more:
# these are the blinks.
#
# An earpiece, and a bad contact
# ------------------------------
#
# ``sim.front_end_run`` puts an earpiece on at the first sample: contacts with impedance, offset and noise, motion,
# mains, and the converter. Its result has the codes, and the true impedance of each contact. The seed draws the
# contacts, so that some seeds give a person with a bad one. We take the worst of ten.

channels = len(design.channels)
runs = {
    seed: sim.front_end_run(session, design, seed=seed, fit=sim.GENERIC_FIT)
    for seed in range(10)
}
worst = max(
    runs, key=lambda seed: runs[seed].impedance_kohm[:, :channels].max()
)
run = runs[worst]
for site, kohm in zip(
    run.sites, np.median(run.impedance_kohm, axis=0), strict=True
):
    print(f"{site:5}{kohm:8,.0f} kOhm")

# %%
# Now the recording has codes, with the offsets of the contacts. ``el.plot`` converts them back to uV.

figure = el.plot(
    run.recording,
    start_s=15,
    seconds=10,
    title="the same ten seconds through an earpiece with a bad contact",
)

# %%
# One electrode is open, with more than a thousand kOhm: the bars at the lower right show it. Its channel is full of
# mains hum, far larger than everything else, and says nothing about the brain. The spectra of the other
# channels below 40 Hz are still those of the person.

# %%
# A small corpus
# --------------
#
# A corpus is many sessions of many people in one folder. Each person has a head, rhythms and a fit of their own.
# ``truth=True`` keeps the truths beside the signal. The command for the same is ``earloop synth --hours 0.05
# --subjects 3 --scenario rest --session-seconds 60 --seed 7 --truth --out corpus.zarr``.

plan = corpus.plan_corpus(
    design,
    synth_data.load_scenario("rest"),
    hours=0.05,
    subjects=3,
    seed=7,
    longest_s=60,
    truth=True,
)
scratch = tempfile.TemporaryDirectory()
made = corpus.generate(plan, Path(scratch.name) / "corpus.zarr")
for planned in made.finished:
    stored = made.open(planned)
    print(
        f"session {planned.index}: {planned.seconds} s, with {', '.join(sorted(stored.read_tracks()))}"
    )

# %%
# Into MNE
# --------
#
# ``el.to_mne`` gives a ``Raw``, with events as annotations. From here everything in MNE is yours.

raw = el.to_mne(recording)
print(raw)
print(raw.annotations.count())

# %%
# What is realistic, and what is not
# ----------------------------------
#
# The statistics of single sources are held to published numbers: sizes and rates of blinks and saccades, the shape of
# spectra, impedances of contacts, noise of the amplifier. Each comparison, also those that fail, is listed in
# :doc:`/explanation/synthetic-and-real`. Do not conclude from a synthetic person what a real person's brain does: a
# rhythm here means exactly what its scenario says. Use synthetic people to test algorithms whose answer you know, to
# train before you have data, and to find faults of devices; confirm with real recordings.
