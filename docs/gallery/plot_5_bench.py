"""
Validate an earbud, and do it again in your CI
==============================================

This tutorial is for a bench engineer. An earbud is on a serial port; you write down what is to be tested and within
which limits, run it, look at a failure, keep a transcript, and let your CI do the same.
"""

# %%
# The earbud
# ----------
#
# There is no board in the machine that makes this page. Its place takes the firmware's image in QEMU, whose serial
# line is a port of the system; nothing below knows the difference. With a board on USB you leave ``port`` out:
# earloop finds it by its HELLO, and ``earloop hil devices`` lists what it found.

import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt

import earloop as el
from earloop import firmware, spec

scratch = tempfile.TemporaryDirectory()
folder = Path(scratch.name)
board = firmware.Emulator(
    firmware.build_elf(spec.compile_design(el.load_design()))
)

# %%
# A plan
# ------
#
# A plan is a file of recordings, devices, designs, faults and tolerances; each combination is a case. Here are two
# recordings and one device. ``transcript = true`` keeps every exchange with the earbud.

plan = f"""\
transcript = true

[recordings.rest]
scenario = "rest"
seconds = 10.0
seed = 1

[recordings.clench]
scenario = "task-jaw"
seconds = 10.0
seed = 3

[devices.board]
kind = "serial"
port = "{board.port}"

[tolerances.strict]
mismatches = 0
lost_tokens = 0
"""
(folder / "board.plan.toml").write_text(plan, encoding="utf-8")


def earloop(command: str) -> None:
    """Run a command of earloop in the scratch folder, and print it."""
    print("$ earloop", command)
    done = subprocess.run(
        [sys.executable, "-m", "earloop", *shlex.split(command)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    print(
        done.stdout + done.stderr, f"exit status {done.returncode}", sep=""
    )


earloop("hil run board.plan.toml --out out/board")

# %%
# ``differ`` counts values that differ from the golden model, ``lost`` tokens that the line lost. The exit status is
# what a script looks at: 0 all cases pass, 1 one fails, 2 one could not be run or judged.
#
# Each case has a folder with a page for people, ``report.html``, and with ``summary.json`` and ``junit.xml`` for
# programs.

case = "out/board/rest--board--reference--strict"
print(sorted(path.name for path in (folder / case).iterdir()))
summary = json.loads(
    (folder / case / "summary.json").read_text(encoding="utf-8")
)
for criterion in summary["criteria"][:4]:
    print(f"{criterion['state']:12} {criterion['name']}")

# %%
# The same limits as a figure: the lowest SQNR of each band in both cases, from the two summaries.

figure, ax = plt.subplots(figsize=(9, 3.6), layout="constrained")
for recording, marker in (("rest", "o"), ("clench", "s")):
    path = (
        folder
        / f"out/board/{recording}--board--reference--strict/summary.json"
    )
    criteria = json.loads(path.read_text(encoding="utf-8"))["criteria"]
    sqnr = [
        criterion for criterion in criteria if criterion["unit"] == "dB"
    ]
    ax.plot(
        [each["of"] for each in sqnr],
        [each["found"] for each in sqnr],
        marker,
        label=recording,
    )
ax.plot(
    [each["of"] for each in sqnr],
    [each["limit"] for each in sqnr],
    "C3_",
    markersize=18,
    markeredgewidth=2,
)
ax.set(
    ylabel="SQNR, dB",
    title="the board's firmware against the float path; red: limit",
)
ax.tick_params(axis="x", rotation=30)
ax.legend()

# %%
# Where the muscles are quiet, the highest bands come near their limit: there is little signal for their rounding to
# be compared with.
#
# A board that is wrong
# ---------------------
#
# Suppose that the gain of one input is half a percent too low, which is the converter's largest error by its
# datasheet. ``--fault`` injects this: the codes for T9 are scaled before they reach the earbud. A run with an
# injected fault passes if the rig names the fault; a board that really has it fails with the same line.

earloop(
    f"hil run --device serial --port {board.port}"
    f" --recording {case}/recording.zarr --fault gain:T9 --out out/gain"
)

# %%
# The evidence is a regression of what came back on what was sent, in each band.
#
# Without the board
# -----------------
#
# The transcript has every byte of the first run. A replay plays the earbud's part from it, and must come to the same
# verdict. So a failure of tonight's run can be looked at tomorrow, on another machine, without the board.

earloop(
    f"hil replay {case}/run.transcript"
    f" --recording {case}/recording.zarr --out out/again"
)

# %%
# In your CI
# ----------
#
# The same plan runs in pytest, where each case is a test: ``pytest board.plan.toml``. Options such as
# ``--hil-device`` run it on another device than the plan's, here on the golden model.

options = "-q -p no:cacheprovider --hil-device golden"
done = subprocess.run(
    [
        sys.executable,
        "-m",
        "pytest",
        "board.plan.toml",
        *shlex.split(options),
    ],
    cwd=folder,
    capture_output=True,
    text=True,
    check=False,
)
print(done.stdout)
board.close()

# %%
# CI servers read ``junit.xml``: one test case for each criterion, with what was found and the limit.

for suite in (
    ElementTree.parse(folder / "out/board/junit.xml")
    .getroot()
    .iter("testsuite")
):
    print(
        suite.get("name"),
        suite.get("tests"),
        "tests,",
        suite.get("failures"),
        "failures",
    )

# %%
# On GitHub, one step does all of this, on a runner to which the board is attached, or with ``firmware`` as the plan's
# device on any runner:
#
# .. code-block:: yaml
#
#     jobs:
#       earbud:
#         runs-on: [self-hosted, earbud]
#         steps:
#           - uses: actions/checkout@v4
#           - uses: earloop/hil@v1
#             with:
#               plan: board.plan.toml
#
# :doc:`/how-to/bench` has everything else: real time and latency, the bus and the analog way, every tolerance, and
# what each fault looks like.
