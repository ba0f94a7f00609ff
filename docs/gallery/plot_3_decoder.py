"""
From recordings to a decoder
============================

This tutorial is for whoever trains models. You pretrain an encoder on recordings without labels, fine-tune it on a few
labelled ones, compare it with baselines and with a model of your own, and save the decoder. Everything here is small,
so that the page is made in half a minute; what such small numbers can say, and what they cannot, is at the end.
"""

# %%
# Two corpora
# -----------
#
# Recordings without labels: six synthetic people in daily life. Recordings with labels: five other people who
# clench their jaw on command, and rest in between. Your own recordings take their place by ``el.read``.

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import earloop as el
from earloop import model, synth_data
from earloop.sim import corpus

scratch = tempfile.TemporaryDirectory()
folder = Path(scratch.name)
design = el.load_design()


def make(scenario: str, subjects: int, seconds: int, seed: int) -> Path:
    """Make a corpus with one session of each subject; return its path."""
    hours = subjects * seconds / 3600
    plan = corpus.plan_corpus(
        design,
        synth_data.load_scenario(scenario),
        hours=hours,
        subjects=subjects,
        seed=seed,
        longest_s=seconds,
    )
    return corpus.generate(plan, folder / f"{scenario}.zarr").path


unlabelled = model.corpus_tokens(
    make("free-living", subjects=6, seconds=120, seed=11)
)
print(
    f"{unlabelled.hours * 60:.0f} minutes of {len(unlabelled.subjects)} people"
)

# %%
# Pretrain
# --------
#
# The encoder learns six objectives on tokens, such as restoring tokens that are masked. One of the people is held
# out: the curve of this person shows whether what is learned holds for others.

made = model.pretrain(
    unlabelled.streams,
    folder / "model",
    model.PretrainConfig(
        steps=100, batch=4, validate_every=20, validation_windows=16
    ),
    model.model_config(design, "nano"),
)
figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
ax.plot(
    np.arange(1, len(made.losses) + 1),
    made.losses,
    linewidth=0.8,
    color="0.6",
    label="training, each step",
)
ax.plot(*np.transpose(made.validation), "o-", label="a person held out")
ax.set(xlabel="steps", ylabel="loss", title="pretraining of 'nano'")
ax.legend()
print(
    f"held out: {', '.join(made.held_out)}; loss {made.validation[0][1]:.2f} -> {made.validation[-1][1]:.2f}"
)

# %%
# The loss of the person held out falls, so what is learned holds for others; the steps' own loss jumps, because each
# step draws other windows. ``earloop pretrain`` does the same for hours, and continues after a stop.
#
# Epochs with labels
# ------------------
#
# A recording with events becomes epochs. Wrapped as a ``LabelledRecording`` it also says whom it is of, so that a
# split can keep people apart. The last person is put aside for the end.

labelled = el.recordings.open_corpus(
    make("task-jaw", subjects=5, seconds=60, seed=12)
)
*people, new = [
    model.LabelledRecording(
        recording=el.read(labelled.path_of(planned)),
        name=planned.name,
        subject=planned.subject,
    )
    for planned in labelled.finished
]
epochs, left_out = el.epochs(
    people, events=["jaw/rest", "jaw/clench"], window_s=(0.5, 2.5)
)
print(
    f"{len(epochs)} epochs of {epochs.patches} patches; {np.mean(epochs.target):.0%} are {epochs.classes[1]}"
)

# %%
# Compare
# -------
#
# Each person is judged by models that learned from the others. ``el.compare`` always adds baselines. A model of your
# own is anything with scikit-learn's interface; it gets the signal before the bands, in uV. Mine is the logarithm of
# the power above 30 Hz: muscles are there, and a textbook would begin with it.


def muscle_power(uv: np.ndarray) -> np.ndarray:
    """Return the log power above 30 Hz of each channel: [epochs, channels, samples] to [epochs, channels]."""
    hz = np.fft.rfftfreq(uv.shape[-1], 1 / design.token_rate_hz)
    power = np.abs(np.fft.rfft(uv * np.hanning(uv.shape[-1]))) ** 2
    return np.log(power[..., hz >= 30].mean(axis=-1))


mine = {
    "my muscle power": model.SklearnModel(
        make_pipeline(
            FunctionTransformer(muscle_power), LogisticRegression()
        )
    )
}
table = el.compare(
    epochs,
    mine,
    split="leave-one-subject-out",
    modes=["frozen"],
    encoder=folder / "model",
)
metric = table.metrics[0]
print(metric.name)
for trial in table.trials:
    score = table.score(trial.model, metric)
    low, high = score.low, score.high
    print(f"{trial.model:16} {score.value:.2f} [{low:.2f}, {high:.2f}]")

# %%
# Square brackets and bars are intervals of 95 %, by drawing people again. ``table.markdown()`` has every metric.

scores = {
    trial.model: table.score(trial.model, metric) for trial in table.trials
}
ranked = sorted(scores, key=lambda name: scores[name].value)
figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
for row, name in enumerate(ranked):
    ax.plot(
        [scores[name].low, scores[name].high],
        [row, row],
        color="C0" if name.startswith("PiMT") else "0.6",
    )
    ax.plot(
        scores[name].value,
        row,
        "o",
        color="C0" if name.startswith("PiMT") else "0.6",
    )
ax.axvline(0.5, linestyle=":", color="k", linewidth=0.8)
ax.set_yticks(range(len(ranked)), ranked)
ax.set(xlabel=metric.name, xlim=(0.3, 1.02))
print("best:", ranked[-1])

# %%
# The baselines win. EEGNet and two simple models of band power tell a clench from rest; the encoder, frozen after a
# hundred steps, is hardly better than chance. The order of the three winners is not decided: their intervals overlap,
# with four people and some forty epochs. ``table.difference``, of two models on the same epochs, is the sharper
# comparison.
#
# Decode
# ------
#
# ``el.learn`` learns from all labelled epochs; the decoder is one file, for ``el.decode``, ``earloop decode``, and
# ``earloop hil run --decoder``, which counts how many decisions a device flips.

decoder = el.learn(epochs, encoder=folder / "model")
el.save_decoder(folder / "jaw.safetensors", decoder)
decoded = el.decode(
    el.load_decoder(folder / "jaw.safetensors"), el.tokenize(new.recording)
)
print(decoded.classes, decoded.values.shape)

# %%
# The person who was put aside. The decoder's probability of a clench, and when the jaw was really clenched:

clench = decoded.values[:, decoded.classes.index("jaw/clench")]
figure, ax = plt.subplots(figsize=(9, 2.6), layout="constrained")
ax.step(np.arange(len(clench)) * 2.0, clench, where="post")
for note in new.recording.annotations:
    if note.label == "jaw_clench":
        ax.axvspan(
            note.onset_s,
            note.onset_s + note.duration_s,
            color="C1",
            alpha=0.25,
            linewidth=0,
        )
ax.set(
    xlabel="time, s",
    ylabel="jaw/clench",
    ylim=(0, 1),
    title="decoded; shaded: the jaw is clenched",
)

# %%
# The decoder has never seen this person. It follows the clenches of the first half, and misses the last ones.
#
# What this says
# --------------
#
# That each step works, on a small scale, and nothing about ears: the people are synthetic, an encoder of twelve
# minutes is barely trained, and four people decide nothing. :doc:`/explanation/experiments` has such comparisons with
# enough people, and with real recordings, and names the baselines that win there. When a baseline wins for you, use
# it.
