"""
Your own recording, in four forms of one tokenizer
==================================================

This tutorial is for everyone. You read a file as it came from your device, say which channel is which electrode, and
send it through the float reference, the integer golden model, the Verilog, and the firmware of the microcontroller.
The last three must agree bit for bit.
"""

# %%
# A file of your own
# ------------------
#
# You have a file already. So that this page can be run by anyone, it first writes one: 10 s of a synthetic
# person, at 250 Hz, with the channel names of some earpiece.

import tempfile
from pathlib import Path

import edfio
import matplotlib.pyplot as plt
import numpy as np

import earloop as el
from earloop import hil, recordings, spec

scratch = tempfile.TemporaryDirectory()
path = Path(scratch.name) / "mine.edf"
person = recordings.resample(
    el.synthesise("short-session", seconds=10, seed=2).recording, 250.0
)
signals = [
    edfio.EdfSignal(uv, 250, label=name, physical_dimension="uV")
    for name, uv in zip(
        ("EarL1", "EarL2", "EarR1", "EarR2"),
        np.asarray(person.data, float).T,
        strict=True,
    )
]
edfio.Edf(signals).write(path)

# %%
# Read it, and look at it
# -----------------------
#
# This is where you begin with your own file: EDF, BDF, BrainVision, FIF, XDF or a text table.

recording = el.read(path)
print(recording)
figure = el.plot(recording, title="mine.edf")

# %%
# The burst near 7 s is a clenched jaw. The spectra end at 125 Hz, half of the file's rate.
#
# Which channel is which electrode
# --------------------------------
#
# earloop never guesses by position. The reference design has two electrodes at each ear; here you say which of your
# channels sits where. For other electrodes, ``earloop spec from-recording mine.edf --out my.toml`` writes a design of
# your own, and every function below takes it: ``design="my.toml"``.

design = el.load_design()
print(design.name, design.channels)
recording = recording.renamed(
    {"EarL1": "T7", "EarL2": "T9", "EarR1": "T8", "EarR2": "T10"}
)

# %%
# Float and integers
# ------------------
#
# ``el.judge`` resamples the recording to the converter's rate, turns it into codes, and sends them through a device.
# The device ``golden`` is the definition: integers, in Python. The verdict also has the float path, which has the
# same filters without rounding.

golden = el.judge("golden", recording)
print(golden.word, f"{golden.mismatches} mismatches")

# %%
# The two paths in one band, and what lies between them. The golden model's band values have 12 fractional bits of a
# code.

band = design.band_names.index("emg_mid")
step_uv = design.converter.lsb_uv / 2**design.fixed_point.band_guard_bits
integers_uv = golden.golden.taps.bands[:, 0, band] * step_uv
floats_uv = golden.floats.bands[:, 0, band] * design.converter.lsb_uv
time_s = np.arange(len(floats_uv)) / design.token_rate_hz
figure, (above, below) = plt.subplots(
    2, 1, figsize=(9, 4), sharex=True, layout="constrained"
)
above.plot(time_s, floats_uv, linewidth=0.7, label="float")
above.plot(time_s, integers_uv, "--", linewidth=0.7, label="golden")
above.set(ylabel="uV", title="emg_mid, channel T7")
above.legend(loc="upper right")
below.plot(
    time_s, (integers_uv - floats_uv) * 1e3, linewidth=0.7, color="C3"
)
below.set(ylabel="difference, nV", xlabel="time, s", xlim=(6.8, 8.0))

# %%
# The traces lie on each other; the difference is some ten thousand times smaller. This proportion is the
# signal-to-quantisation-noise ratio, SQNR: 80 dB are a factor of ten thousand. The verdict has it for each band and
# channel, beside the limit.

figure, ax = plt.subplots(figsize=(9, 3.8), layout="constrained")
for quality in golden.qualities:
    ax.plot(
        [quality.band] * len(quality.sqnr_db),
        quality.sqnr_db,
        "o",
        color="C0",
    )
    ax.plot(
        quality.band,
        quality.wanted_db,
        "_",
        color="C3",
        markersize=18,
        markeredgewidth=2,
    )
ax.plot([], [], "o", color="C0", label="one channel")
ax.plot(
    [],
    [],
    "_",
    color="C3",
    markersize=18,
    markeredgewidth=2,
    label="limit of the design",
)
ax.set(ylabel="SQNR, dB", title="golden model against the float path")
ax.tick_params(axis="x", rotation=30)
ax.legend()

# %%
# Every band is well above its limit. In a quieter recording a band may have too little signal for its SQNR to say
# anything; it is then held to the amplifier's own noise instead, and the verdict says so.

# %%
# Verilog and firmware
# --------------------
#
# The same codes go through the Verilog, which Verilator runs, and through the image of an STM32F405, which QEMU runs
# behind a serial line. Here the limit is simple: not one bit may differ from the golden model, at any tap that we ask
# for. ``taps=("all",)`` asks for all.

options = hil.DeviceOptions(taps=("all",))
for kind in ("rtl", "firmware"):
    verdict = el.judge(kind, recording, options=options)
    compared = ", ".join(
        f"{tap.tap} {tap.compared:,}" for tap in verdict.taps
    )
    print(
        f"{kind}: {verdict.word}, {verdict.mismatches} mismatches, {verdict.realtime_factor:.1f} x real time"
    )
    print(f"  compared: {compared}")

# %%
# A device with a fault
# ---------------------
#
# What does a wrong device look like? We inject a fault that the rig is not told about: from 3 s on, for one second,
# the converter gives its last sample again and again.

fixed = spec.compile_design(design)
stale = hil.Fault(kind="stale", begins_s=3.0, lasts_s=1.0)
with hil.open_faulty("firmware", fixed, options, stale) as device:
    faulty = el.judge(device, recording)
print(faulty.word)
for finding in faulty.findings:
    print(f"  {finding}")

# %%
# The rig names the first tap that departs: everything before it is right, so the cause is there or just before. And
# it says what the fault looks like. How large is the error at each tap, and how long does it last?

guard_bits = {
    "codes": 0,
    "decimated": design.fixed_point.input_guard_bits,
    "notched": design.fixed_point.input_guard_bits,
}
expected = {"codes": faulty.stimulus.codes, **vars(faulty.golden.taps)}
figure, ax = plt.subplots(figsize=(9, 4), layout="constrained")
for label in (
    "codes",
    "decimated",
    "notched",
    "bands: eeg_alpha",
    "bands: eeg_delta",
    "bands: ecg_lf",
):
    tap, _, name = label.partition(": ")
    error = np.abs(faulty.run.taps[tap].astype(float) - expected[tap])
    error = error[..., design.band_names.index(name)] if name else error
    step_uv = design.converter.lsb_uv / 2 ** guard_bits.get(
        tap, design.fixed_point.band_guard_bits
    )
    rate_hz = (
        design.converter.rate_hz if tap == "codes" else design.token_rate_hz
    )
    worst_uv = error.max(axis=1) * step_uv
    ax.semilogy(
        np.arange(len(worst_uv)) / rate_hz,
        np.where(worst_uv, worst_uv, np.nan),
        linewidth=0.8,
        label=label,
    )
ax.set(
    xlim=(2.5, 10),
    xlabel="time, s",
    ylabel="largest error of a channel, uV",
    title="the fault at each tap",
)
ax.legend(ncols=2)

# %%
# The codes are wrong for one second, and the decimated samples hardly longer. The notch and the bands remember: the
# error of ``eeg_alpha`` decays within two seconds, that of ``eeg_delta`` within six, and the lowest band, ``ecg_lf``,
# is still wrong at the end. So the tokens say that something is wrong, but not where; the earlier taps do.

# %%
# On a page for others, ``hil.write_report`` writes the verdict as HTML, JSON and JUnit, as ``earloop hil run`` does.

hil.write_report(faulty, design, "mine.edf", Path(scratch.name) / "report")
print(
    sorted(file.name for file in (Path(scratch.name) / "report").iterdir())
)
