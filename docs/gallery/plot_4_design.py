"""
A design of your own, in Verilog and in C
=========================================

This tutorial is for an RTL or firmware engineer. You change two things in a design file, see what the change does to
the filters, and get Verilog, C, an ELF and a bitstream that compute the same bits.
"""

# %%
# The design file
# ---------------
#
# A design is one TOML file: electrodes, converter, decimator, notch, word lengths, bands. Nothing else in the project
# knows a band or a channel. We keep one electrode at each ear, and replace the alpha band by one for sleep spindles.

import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import earloop as el
from earloop import spec

scratch = tempfile.TemporaryDirectory()
folder = Path(scratch.name)
text = spec.DEFAULT_DESIGN_PATH.read_text(encoding="utf-8")
for old, new in {
    'name = "neurobuds-reference"': 'name = "spindles"',
    'left = ["T7", "T9"]': 'left = ["T7"]',
    'right = ["T8", "T10"]': 'right = ["T8"]',
    'name = "eeg_alpha"\nlow_hz = 8.0\nhigh_hz = 13.0': 'name = "spindle"\nlow_hz = 11.0\nhigh_hz = 16.0',
}.items():
    assert old in text
    text = text.replace(old, new)
(folder / "my.toml").write_text(text, encoding="utf-8")

design = el.load_design(folder / "my.toml")
print(
    design.name,
    design.channels,
    f"{len(design.bands)} bands at {design.token_rate_hz:g} Hz",
)
print("hash", design.design_hash[:16])

# %%
# The hash names the design everywhere: a device whose hash differs is refused. A mistake in the file is one line:

(folder / "wrong.toml").write_text(
    text.replace("high_hz = 16.0", "high_hz = 160.0"), encoding="utf-8"
)
try:
    el.load_design(folder / "wrong.toml")
except spec.DesignError as error:
    print(str(error).replace(f"{folder}/", ""))

# %%
# What the filters do
# -------------------
#
# ``compile_design`` chooses the integers. An impulse through both paths gives the response from converter to band:
# lines for float, dots for the integers. Below is their difference.

fixed = spec.compile_design(design)
rate_hz = design.converter.rate_hz
impulse = np.zeros((40 * rate_hz, len(design.channels)), np.int32)
impulse[rate_hz] = 400_000
floats = spec.float_taps(design, impulse).bands
integers = (
    spec.GoldenTokenizer(fixed).push(impulse).bands
    / 2**design.fixed_point.band_guard_bits
)

hz = np.fft.rfftfreq(len(floats), 1 / design.token_rate_hz)
shown = np.flatnonzero((hz > 0.3) & (hz < 100))
figure, (above, below) = plt.subplots(
    2, 1, figsize=(9, 6), sharex=True, layout="constrained"
)
for name in ("eeg_delta", "eeg_theta", "spindle", "eeg_beta", "eeg_gamma"):
    band = design.band_names.index(name)
    response, rounded = (
        np.fft.rfft(path[:, 0, band])[shown]
        * design.decimator.factor
        / 400_000
        for path in (floats, integers)
    )
    (line,) = above.semilogx(
        hz[shown], 20 * np.log10(np.abs(response) + 1e-9), label=name
    )
    at = np.unique(np.geomspace(1, len(shown) - 1, 60).astype(int))
    above.plot(
        hz[shown][at],
        20 * np.log10(np.abs(rounded[at]) + 1e-9),
        ".",
        color=line.get_color(),
    )
    below.semilogx(
        hz[shown],
        20 * np.log10(np.abs(rounded - response) + 1e-9),
        color=line.get_color(),
        linewidth=0.7,
    )
above.set(
    ylabel="response, dB",
    ylim=(-60, 5),
    title="converter to band; lines: float, dots: integers",
)
above.legend(ncols=5, loc="lower center")
below.set(ylabel="difference, dB", xlabel="frequency, Hz")

# %%
# The difference is 80 dB and more below the pass bands: this is what ``min_sqnr_db = 80`` in the design file asks of
# the coefficients, and a design that misses it is refused.
#
# Verilog and C
# -------------
#
# The rest is commands. ``earloop spec generate`` writes the constants of both languages below any folder; the Verilog
# of ``hw/rtl`` and the C of ``firmware/src`` include them.


def earloop(command: str) -> None:
    """Run a command of earloop in the scratch folder, and print it."""
    print("$ earloop", command)
    done = subprocess.run(
        [sys.executable, "-m", "earloop", *shlex.split(command)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    print(done.stdout)


earloop("spec generate --design my.toml --root generated")
for name in (
    "hw/rtl/generated/design.vh",
    "firmware/src/generated/design.h",
):
    lines = (
        (folder / "generated" / name)
        .read_text(encoding="utf-8")
        .splitlines()
    )
    print(f"{name}, {len(lines)} lines")
    print(
        "\n".join(
            line for line in lines if "CHANNELS" in line or "BANDS" in line
        )[:400]
    )

# %%
# Firmware
# --------
#
# ``earloop firmware build`` compiles the image of an STM32F405 board; ``earloop firmware size`` holds it to the
# design's budget, and walks the call graph for the deepest stack.

earloop("firmware build --design my.toml --out image")
earloop("firmware size --design my.toml")

# %%
# An FPGA
# -------
#
# Yosys and nextpnr, in Python packages of their own, synthesise the core, place it on an iCE40 UP5K, and route it.
# With ``--out`` the netlist and the placed design are kept; icepack makes the bitstream of it.

earloop("rtl synth --design my.toml --out fpga")
icepack = Path(sys.executable).with_name("yowasp-icepack")
subprocess.run(
    [icepack, "placed.asc", "tokenizer.bin"],
    cwd=folder / "fpga",
    check=True,
)
print(
    f"bitstream: {(folder / 'fpga' / 'tokenizer.bin').stat().st_size:,} bytes"
)

# %%
# With two channels in place of four the core needs 16 block RAMs in place of 25; the multiplier is shared by all
# channels, so that its number stays. The pins are placed freely here: for a board of yours, give nextpnr its
# constraints.
#
# Equal bit for bit
# -----------------
#
# The proof is a run: a synthetic person at the new electrodes, through the Verilog and through the ELF in QEMU, each
# compared with the golden model at every tap.

codes = el.convert(
    el.synthesise("short-session", seconds=10, seed=3, design=design),
    design,
)
for kind in ("rtl", "firmware"):
    verdict = el.judge(
        kind, codes, design, options=el.hil.DeviceOptions(taps=("all",))
    )
    worst, compared = (
        verdict.worst_band,
        sum(tap.compared for tap in verdict.taps),
    )
    print(
        f"{kind}: {verdict.word}, {verdict.mismatches} mismatches in {compared:,} values"
    )
    print(f"  lowest SQNR {worst.worst_db:.1f} dB, in {worst.band}")
