"""Electrodes by name on the command line: what is printed, what a report says, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from earloop.model.finetuning.decoder_file import save_decoder
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import read_recording
from tests.edf import EdfSignal, edf_bytes
from tests.model.decoders_made import learned

EARS = ("EarL1", "EarL2", "EarR1", "EarR2")
MAP = ("--map", "EarL1=T7,EarL2=T9", "--map", "EarR1=T8,EarR2=T10")
WAYS_OUT = ("--map", "--part", "--board", "--out my.toml", "wanted")
MAPPED = "channels: T7 = EarL1, T9 = EarL2, T8 = EarR1, T10 = EarR2\n"


def write_edf(path, names, rate=250, seconds=20):
    rng = np.random.default_rng(3)
    codes = (rng.standard_normal((seconds, rate, len(names))) * 60).astype(int)
    path.write_bytes(edf_bytes([EdfSignal(label=name, codes=codes[..., i]) for i, name in enumerate(names)]))
    return path


@pytest.fixture
def ears(tmp_path):
    """Noise in four channels whose names are no electrodes of the reference design, backwards."""
    return write_edf(tmp_path / "ears.edf", EARS[::-1])


@pytest.fixture(scope="module")
def decoder(codes_10s, design, tmp_path_factory):
    path = tmp_path_factory.mktemp("decoder") / "loudness.safetensors"
    save_decoder(path, learned(tokenize(codes_10s, design, name="codes.zarr")))
    return path


def run_golden(recording, out, *options):
    return ("hil", "run", "--device", "golden", "--recording", recording, *options, "--out", out)


def test_other_names_are_refused_by_every_command_with_a_way_out(refused, ears, decoder, tmp_path):
    commands = (
        run_golden(ears, tmp_path / "out"),
        ("decode", ears, "--decoder", decoder, "--out", tmp_path / "d.csv"),
        ("pretrain", "--recording", ears, "--out", tmp_path / "run", "--steps", 1),
        ("hil", "acquire", "--device", "simulated", "--recording", ears, "--out", tmp_path / "bus"),
        ("hil", "analog", "--generator", "simulated", "--device", "simulated", "--recording", ears, "--out", "x"),
        ("hil", "cyton", "--recording", ears),
        ("hil", "serve", "--device", "golden", "--recording", ears, "--no-browser"),
    )
    for command in commands:
        message = refused(*command)
        assert message.startswith(f"{ears}: the recording has 4 channels (EarR2, EarR1, EarL2, EarL1); the design has")
        assert "--map NAME=T7,NAME=T9,NAME=T8,NAME=T10" in message
        assert "--channels" in message
        assert "earloop spec from-recording FILE" in message


def test_a_map_is_obeyed_printed_and_reported(earloop, ears, tmp_path):
    ended = earloop(*run_golden(ears, tmp_path / "out", *MAP))
    assert (ended.status, ended.err) == (0, MAPPED)
    channels = json.loads((tmp_path / "out" / "summary.json").read_text())["recording"]["channels"]
    assert channels == {"T7": "EarL1", "T9": "EarL2", "T8": "EarR1", "T10": "EarR2"}
    assert "T7 from EarL1, T9 from EarL2" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_a_list_of_four_channels_is_the_same_as_their_map(earloop, ears, decoder, tmp_path):
    options = ("--decoder", decoder, "--out")
    by_map = earloop("decode", ears, *MAP, *options, tmp_path / "map.csv")
    by_list = earloop("decode", ears, "--channels", ",".join(EARS), *options, tmp_path / "list.csv")
    assert (by_map.err, by_list.err) == (MAPPED, MAPPED)
    assert (tmp_path / "map.csv").read_bytes() == (tmp_path / "list.csv").read_bytes()
    by_hand = read_recording(ears, channels=EARS, renames=dict(zip(EARS, ("T7", "T9", "T8", "T10"), strict=True)))
    assert by_hand.channels == ("T7", "T9", "T8", "T10")


def test_the_prefix_of_edf_needs_no_option_and_is_said(earloop, tmp_path):
    path = write_edf(tmp_path / "eeg.edf", ("EEG T7", "EEG T9", "EEG T8", "EEG T10"))
    ended = earloop(*run_golden(path, tmp_path / "out"))
    assert ended.err == "channels: T7 = EEG T7, T9 = EEG T9, T8 = EEG T8, T10 = EEG T10\n"
    assert ended.status == 0


def test_names_with_commas_and_equals_signs_can_be_mapped(earloop, tmp_path):
    path = write_edf(tmp_path / "odd.edf", ("a,b", "c=d", "T8", "T10"))
    ended = earloop(*run_golden(path, tmp_path / "out", "--map", "a,b=T7,c=d=T9"))
    assert ended.err == "channels: T7 = a,b, T9 = c=d, T8, T10\n"
    assert ended.status == 0


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("EarL1", "wanted FILE_NAME=ELECTRODE"),
        ("EarL1=7T", "wanted FILE_NAME=ELECTRODE"),
        ("EarL1=T7,EarL1=T9", "channel EarL1 occurs twice"),
        ("EarL1=T7,EarL2=T7", "electrode T7 occurs twice"),
        ("EarX=T7", "no channel EarX to rename; there are: EarR2, EarR1, EarL2, EarL1"),
    ],
)
def test_a_map_that_cannot_be_is_refused(earloop, ears, tmp_path, value, said):
    ended = earloop(*run_golden(ears, tmp_path / "out", "--map", value))
    assert ended.status == 2
    assert said in ended.err


def test_a_replay_reads_with_the_map_of_its_run(earloop, ears, tmp_path):
    transcript, options = tmp_path / "a.transcript", ("--recording", ears, "--seconds", 2)
    then = ("hil", "run", "--device", "firmware", *options, *MAP, "--transcript", transcript, "--out", tmp_path / "a")
    assert earloop(*then).status == 0
    again = earloop("hil", "replay", transcript, "--recording", ears, "--out", tmp_path / "b")
    assert (again.status, again.err) == (0, MAPPED)


def test_a_plan_maps_channels_by_name_and_in_order(earloop, ears, tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[recordings.named]\nfile = "ears.edf"\n'
        'map = { EarL1 = "T7", EarL2 = "T9", EarR1 = "T8", EarR2 = "T10" }\n'
        f'[recordings.listed]\nfile = "ears.edf"\nchannels = {json.dumps(EARS)}\n'
        '[recordings.neither]\nfile = "ears.edf"\n[devices.model]\nkind = "golden"\n'
    )
    ended = earloop("hil", "run", plan, "--out", tmp_path / "out")
    assert ended.status == 2
    said = ended.out.splitlines()
    assert f"  named, reference: {MAPPED.strip()}" in said
    assert f"  listed, reference: {MAPPED.strip()}" in said
    cases = json.loads((tmp_path / "out" / "summary.json").read_text())["cases"]
    assert [case["status"] for case in cases] == ["pass", "pass", "could not run"]
    assert cases[0]["channels"] == cases[1]["channels"] == {"T7": "EarL1", "T9": "EarL2", "T8": "EarR1", "T10": "EarR2"}
    assert "the design has 4 channels (T7, T9, T8, T10)" in cases[2]["reasons"][0]


@pytest.mark.realdata
def test_files_as_they_come_name_their_electrodes_or_say_what_to_do(earloop, real_data, tmp_path):
    """Each runs, and its channels are printed, or it is refused in a line that names an option or what is wanted."""
    folder, ended = real_data / "as-they-come", {}
    for path in sorted(folder.rglob("*.*")):
        if path.suffix.lower() not in (".bdf", ".csv", ".edf", ".txt", ".vhdr", ".xdf"):
            continue
        rate = ("--rate", 250) if path.suffix == ".csv" else ()
        ended[path.name] = earloop(*run_golden(path, tmp_path / "out", *rate))
    assert len(ended) > 20
    for name, end in ended.items():
        lines = [line for line in end.err.splitlines() if not line.startswith("note: ")]
        assert len(lines) == 1, (name, end)
        if end.status == 0:
            assert lines[0] == "channels: T7, T9, T8, T10", name
        else:
            assert any(word in lines[0] for word in ("--map", "--part", "--board", "--out my.toml", "wanted")), (
                name,
                end,
            )
    for name in ("csv-mind-monitor.csv", "edf-two-rates.edf", "openbci-raw.txt", "csv-lsl-timestamp.csv"):
        assert "the design has 4 channels (T7, T9, T8, T10)" in ended[name].err
