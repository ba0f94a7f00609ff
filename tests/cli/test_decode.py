"""`earloop decode`: a recording and a decoder in, a table of decisions or values out; and what it refuses."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from earloop.model.export.decode import decode
from earloop.model.finetuning.decoder_file import save_decoder
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import read_recording, write_session
from earloop.spec.design import DEFAULT_DESIGN_PATH, load_design
from earloop.synth_data import synthesise
from tests.hil.transcript.short_run import PATH as TRANSCRIPT
from tests.hil.transcript.short_run import short_recording
from tests.model.decoders_made import CLASSES, learned


@pytest.fixture(scope="module")
def stream(codes_10s, design):
    return tokenize(codes_10s, design, name="codes.zarr")


@pytest.fixture
def in_uv(design, tmp_path):
    """A recording that goes through any converter."""
    path = tmp_path / "uv.zarr"
    write_session(synthesise(design, duration_s=10.0, seed=2).recording, path)
    return path


@pytest.fixture(scope="module")
def decoder(stream, tmp_path_factory):
    """Of windows of 1 s, and its file."""
    made, path = learned(stream), tmp_path_factory.mktemp("decoder") / "loudness.safetensors"
    save_decoder(path, made)
    return made, path


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        heading, *rows = csv.reader(file)
    return heading, rows


def test_every_window_gets_its_probabilities_and_its_decision(earloop, session, stream, decoder, tmp_path):
    out = tmp_path / "folder" / "decisions.csv"
    ended = earloop("decode", session, "--decoder", decoder[1], "--hop", 0.5, "--out", out)
    assert ended.status == 0, ended.err
    heading, rows = table(out)
    assert heading == ["start_s", *CLASSES, "decision"]
    wanted = decode(decoder[0], stream, hop_s=0.5).values
    np.testing.assert_allclose([float(row[0]) for row in rows], 0.5 * np.arange(19))
    np.testing.assert_allclose(np.array([row[1:3] for row in rows], float), wanted, atol=1e-6)
    assert [row[3] for row in rows] == [CLASSES[i] for i in wanted.argmax(axis=1)]
    counts = [[row[3] for row in rows].count(name) for name in CLASSES]
    assert min(counts) > 0
    assert ended.out.startswith(f"{out}: 19 windows of 1 s: ")
    assert all(f"{count} {name}" in ended.out for count, name in zip(counts, CLASSES, strict=True))


def test_of_a_value_every_patch_gets_a_row(earloop, session, stream, tmp_path):
    made = learned(stream, classes=(), outputs=("gaze_x_deg", "gaze_y_deg"))
    save_decoder(tmp_path / "gaze.safetensors", made)
    out = tmp_path / "gaze.csv"
    ended = earloop("decode", session, "--decoder", tmp_path / "gaze.safetensors", "--out", out)
    assert ended.status == 0, ended.err
    heading, rows = table(out)
    assert heading == ["start_s", "gaze_x_deg", "gaze_y_deg"]
    found = np.array(rows, float)
    np.testing.assert_allclose(found[:, 0], 0.25 * np.arange(40))
    np.testing.assert_allclose(found[:, 1:].reshape(10, 4, 2), decode(made, stream).values, rtol=1e-5)
    assert ended.out.strip().endswith("10 windows of 1 s: gaze_x_deg, gaze_y_deg of 40 patches")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("--decoder {tmp}/none --out {tmp}/d.csv", "not a readable decoder"),
        ("--decoder {decoder} --out {tmp}/d.txt", "written as *.csv; try d.csv"),
        ("--decoder {decoder} --out {tmp}/folder.csv", "folder.csv: cannot be written"),
        ("--decoder {decoder} --hop 0 --out {tmp}/d.csv", "shorter than a sample"),
    ],
)
def test_what_does_not_fit_is_one_line(refused, session, decoder, tmp_path, arguments, says):
    (tmp_path / "folder.csv").mkdir()
    names = {"decoder": decoder[1], "tmp": tmp_path}
    assert says in refused("decode", session, *(argument.format(**names) for argument in arguments.split()))


def test_the_rig_prints_how_many_decisions_flipped(earloop, session, decoder, tmp_path):
    options = ("--device", "golden", "--recording", session, "--decoder", decoder[1])
    ended = earloop("hil", "run", *options, "--out", tmp_path / "out")
    assert ended.status == 0, ended.err
    assert ended.out.splitlines()[1] == "  decisions flipped 0 of 10"


def test_a_replay_and_an_acquisition_count_them_too(earloop, session, design, decoder, tmp_path):
    recording, common = tmp_path / "short.zarr", ("--decoder", decoder[1], "--out", tmp_path / "out")
    write_session(short_recording(design), recording)
    replayed = earloop("hil", "replay", TRANSCRIPT, "--recording", recording, *common)
    assert "  decisions flipped 0 of 1\n" in replayed.out
    options = ("--device", "simulated", "--recording", session, "--seconds", 2)
    assert "  decisions flipped 0 of 2\n" in earloop("hil", "acquire", *options, *common).out


def test_a_decoder_of_another_design_is_refused_before_the_run(refused, session, decoder, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(DEFAULT_DESIGN_PATH.read_text(encoding="utf-8").replace("gain = 12", "gain = 24"))
    options = ("--device", "golden", "--recording", session, "--design", other, "--decoder", decoder[1])
    assert "loudness.safetensors: its design is another: converter.gain is 12, not 24" in refused(
        "hil", "run", *options, "--out", tmp_path / "out"
    )


def test_a_recording_through_another_design_is_refused(refused, decoder, in_uv, tmp_path):
    other = tmp_path / "other.toml"
    text = DEFAULT_DESIGN_PATH.read_text(encoding="utf-8")
    other.write_text(text.replace("gain = 12", "gain = 24"), encoding="utf-8")
    options = ("--decoder", decoder[1], "--design", other, "--out", tmp_path / "d.csv")
    assert "design is another: converter.gain is 24, not 12" in refused("decode", in_uv, *options)


@pytest.fixture
def of_another_design(in_uv, tmp_path):
    """A decoder of a design of another gain, with that design next to it."""
    path, beside = tmp_path / "loud.safetensors", tmp_path / "loud.design.toml"
    beside.write_text(DEFAULT_DESIGN_PATH.read_text(encoding="utf-8").replace("gain = 12", "gain = 24"), "utf-8")
    save_decoder(path, learned(tokenize(read_recording(in_uv), load_design(beside), name="uv.zarr")))
    return path


def test_the_design_next_to_a_decoder_is_used_where_none_is_named(earloop, in_uv, of_another_design, tmp_path):
    decoded = earloop("decode", in_uv, "--decoder", of_another_design, "--out", tmp_path / "d.csv")
    assert (decoded.status, decoded.out.count("10 windows of 1 s")) == (0, 1)
    assert f"design: {tmp_path / 'loud.design.toml'}, that of the decoder" in decoded.err
    options = ("--device", "golden", "--recording", in_uv, "--decoder", of_another_design)
    assert "decisions flipped 0 of 10" in earloop("hil", "run", *options, "--out", tmp_path / "out").out


def test_a_design_that_is_named_goes_before_the_one_next_to_the_decoder(refused, in_uv, of_another_design, tmp_path):
    options = ("--decoder", of_another_design, "--design", "neurobuds", "--out", tmp_path / "d.csv")
    assert "design is another: converter.gain is 12, not 24" in refused("decode", in_uv, *options)
