"""`earloop spec list` and `earloop spec from-recording`: shipped designs, and a design for a recording."""

from __future__ import annotations

import shlex
from pathlib import Path

import edfio
import numpy as np
import pybv
import pytest

from earloop.spec.design import load_design
from earloop.spec.shipped import shipped_designs

NAMES = ("T7", "TP9", "T8", "TP10")


def noise_uv(rate, seconds=20):
    """Noise that falls with frequency, as EEG does, with a hum of 60 Hz where the rate allows."""
    rng, t = np.random.default_rng(7), np.arange(rate * seconds) / rate
    slow = np.cumsum(rng.standard_normal((len(NAMES), len(t))), axis=1)
    slow -= np.linspace(0, 1, len(t)) * slow[:, -1:]
    return 20 * slow / slow.std() + 5 * rng.standard_normal(slow.shape) + (8 * np.sin(2 * np.pi * 60 * t))


def write(folder: Path, kind: str, rate: int) -> Path:
    uv = noise_uv(rate)
    if kind == "vhdr":
        pybv.write_brainvision(
            data=uv * 1e-6, sfreq=rate, ch_names=list(NAMES), fname_base="mine", folder_out=folder, ref_ch_names="FCz"
        )
        return folder / "mine.vhdr"
    file, signal, prefix = (edfio.Bdf, edfio.BdfSignal, "") if kind == "bdf" else (edfio.Edf, edfio.EdfSignal, "EEG ")
    channels = zip(NAMES, uv, strict=True)
    made = file([signal(x, rate, label=f"{prefix}{name}", physical_dimension="uV") for name, x in channels])
    made.write(folder / f"mine.{kind}")
    return folder / f"mine.{kind}"


def test_a_shipped_design_is_printed_as_a_file_that_can_be_edited(earloop, tmp_path):
    shown = earloop("spec", "show", "--design", "muse", "--toml")
    (tmp_path / "my.toml").write_text(shown.out, encoding="utf-8")
    assert load_design(tmp_path / "my.toml") == load_design("muse")


@pytest.mark.parametrize(
    ("kind", "rate"),
    [("edf", 128), ("edf", 250), ("edf", 256), ("edf", 500), ("edf", 1000), ("bdf", 512), ("vhdr", 500)],
)
def test_a_recording_passes_with_the_design_that_was_written_for_it(earloop, tmp_path, kind, rate):
    path, out = write(tmp_path, kind, rate), tmp_path / "my.toml"
    written = earloop("spec", "from-recording", path, "--out", out)
    assert (written.status, written.err) == (0, "")
    design = load_design(out)
    assert design.channels == NAMES
    assert f"{out}: valid, design {design.design_hash}" in written.out.splitlines()
    comments = " ".join(line.lstrip("# ") for line in out.read_text().splitlines() if line.startswith("#"))
    for line in written.out.splitlines()[:-2]:
        assert line in comments, "what is printed is in the file, too"
    assert earloop("spec", "check", "--design", out).status == 0
    words = shlex.split(written.out.splitlines()[-1].removeprefix("next: earloop "))
    ended = earloop(*words[: words.index("--out")], "--out", tmp_path / "out")
    assert ended.status == 0, ended
    assert ended.out.startswith("PASS: golden")


def test_a_recording_of_odd_names_passes_by_the_command_that_is_printed(earloop, tmp_path):
    path = tmp_path / "board.csv"
    rows = "\n".join(",".join(f"{x:.3f}" for x in row) for row in noise_uv(250).T)
    path.write_text(f"EXG Channel 0,EXG Channel 1,EXG Channel 2,EXG Channel 3\n{rows}\n")
    written = earloop("spec", "from-recording", path, "--rate", 250, "--out", tmp_path / "my.toml")
    assert written.status == 0, written
    words = shlex.split(written.out.splitlines()[-1].removeprefix("next: earloop "))
    ended = earloop(*words[: words.index("--out")], "--out", tmp_path / "out")
    assert ended.status == 0, ended
    assert ended.err.startswith("channels: EXG_Channel_0 = EXG Channel 0, ")


def test_options_choose_reference_mains_and_electrodes(earloop, tmp_path):
    path, out = write(tmp_path, "bdf", 256), tmp_path / "my.toml"
    chosen = ("--channels", "T8,T7", "--reference", "TP9,TP10", "--mains", 50)
    assert earloop("spec", "from-recording", path, *chosen, "--out", out).status == 0
    design = load_design(out)
    assert design.channels == ("T7", "T8")
    assert design.electrodes.reference == ("TP9", "TP10")
    assert design.notch.mains_hz == 50
    again = earloop("spec", "from-recording", path, "--out", out)
    assert (again.status, "exists; choose another --out" in again.err) == (2, True)
    assert earloop("spec", "from-recording", path, "--overwrite", "--out", out).status == 0
    assert load_design(out).notch.mains_hz == 60, "the hum in the recording"


def test_a_design_is_written_as_toml_only(refused, tmp_path):
    message = refused("spec", "from-recording", write(tmp_path, "edf", 250), "--out", tmp_path / "my.txt")
    assert message.endswith("a design is written as *.toml; try my.toml")


def test_the_list_has_a_line_for_each_shipped_design(earloop):
    lines = earloop("spec", "list").out.splitlines()
    assert [line.split(":")[0] for line in lines] == list(shipped_designs())
    assert "muse: TP9, AF7, AF8, TP10 against Fpz; converter 1000 Hz, tokens 200 Hz, 11 bands up to 90 Hz" in lines


def test_a_shipped_design_is_chosen_by_its_name(earloop, refused, tmp_path):
    ended = earloop("spec", "check", "--design", "muse")
    assert ended.out == f"muse.toml: valid, design {load_design('muse').design_hash}\n"
    message = refused("spec", "check", "--design", "muze")
    assert message.startswith("muze: no shipped design and no file has this name; shipped designs: neurobuds, ")


def test_a_plan_chooses_a_shipped_design_by_its_name(earloop, tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[recordings.made]\nscenario = "short-session"\nseconds = 10.0\n[devices.model]\nkind = "golden"\n'
        '[designs.band]\nfile = "muse"\n'
    )
    ended = earloop("hil", "run", plan, "--out", tmp_path / "out")
    assert ended.status == 0, ended
    assert (tmp_path / "out" / "made--model--band--strict" / "summary.json").exists()
