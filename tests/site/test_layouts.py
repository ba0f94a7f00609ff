"""The programs that read earloop's files without earloop give what earloop gives, and the pages name every key."""

from __future__ import annotations

import pickle
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from safetensors import safe_open

from earloop.hil.transcript.reader import read_transcript
from earloop.model import tokenize
from earloop.model.config import PretrainConfig
from earloop.model.finetuning.decoder_file import load_decoder, save_decoder
from earloop.model.pretraining.checkpoint import CHECKPOINT_NAME, load_checkpoint
from earloop.model.pretraining.trainer import pretrain
from earloop.recordings import Track, open_session, read_recording, write_session
from earloop.sim import convert
from earloop.synth_data import synthesise
from earloop.system.project import ROOT
from tests.corpora import tiny_plan, write_tiny
from tests.hil.transcript.short_run import PATH as TRANSCRIPT
from tests.model.decoders_made import learned
from tests.model.pretraining.made import SMALL, tone_stream

WITHOUT_EARLOOP = "import sys; sys.modules['earloop'] = None\n"
SESSION = "signal_uv channels seconds about sfreq annotations meta codes lsb_uv tracks track_facts"
TRACKS = {
    "gaze": Track(np.arange(20.0).reshape(10, 2), 1.0, ("right", "up"), "deg"),
    "settled": Track(np.array([False, True]), 0.5),
}


@pytest.fixture(scope="module")
def recording(design):
    return convert(synthesise(design, duration_s=10.0, seed=3), design, seed=3)


def test_a_session_is_read_without_earloop(tmp_path, recording):
    write_session(recording, tmp_path / "session.zarr", TRACKS)
    found = variables_of("session-layout.md", tmp_path, SESSION)
    stored = open_session(tmp_path / "session.zarr")
    np.testing.assert_array_equal(found["codes"], stored.read())
    np.testing.assert_array_equal(found["signal_uv"], stored.read() * recording.lsb_uv)
    np.testing.assert_allclose(found["seconds"], np.arange(stored.samples) / stored.sfreq, rtol=0, atol=1e-9)
    assert (tuple(found["channels"]), found["sfreq"], found["meta"]) == (stored.channels, stored.sfreq, stored.meta)
    assert [note[2] for note in found["annotations"]] == [note.label for note in stored.annotations]
    assert found["lsb_uv"] == recording.lsb_uv
    for name, track in stored.read_tracks().items():
        np.testing.assert_array_equal(found["tracks"][name], track.data)
        assert found["track_facts"][name] == {"sfreq": track.sfreq, "columns": list(track.columns), "unit": track.unit}
    assert found["about"].keys() == keys_in("session-layout.md", "## The attribute `earloop_session`")


def test_a_corpus_is_read_without_earloop(tmp_path, design):
    corpus = write_tiny(tmp_path / "corpus.zarr", tiny_plan(design))
    found = variables_of("corpus-layout.md", tmp_path, "signals_uv channels sfreq plan")
    assert found["signals_uv"].keys() == {planned.name for planned in corpus.finished}
    for planned in corpus.finished:
        whole = read_recording(corpus.path_of(planned))
        np.testing.assert_array_equal(found["signals_uv"][planned.name], whole.data * whole.lsb_uv)
    assert (tuple(found["channels"]), found["sfreq"]) == (design.channels, design.converter.rate_hz)
    assert found["plan"].keys() == keys_in("corpus-layout.md", "## The attribute `earloop_corpus`")


def test_a_transcript_is_read_without_earloop(tmp_path):
    shutil.copy(TRANSCRIPT, tmp_path / "run.transcript")
    found = variables_of("transcript-layout.md", tmp_path, "records header")
    wanted = read_transcript(TRANSCRIPT)
    *records, end = found["records"]
    assert records == [(record.at_us, record.kind, record.data) for record in wanted.records]
    assert end[1:] == (8, b"")
    assert found["header"]["design_hash"] == wanted.header.design_hash
    assert found["header"].keys() == keys_in("transcript-layout.md", "## The header")


def test_a_damaged_transcript_is_noticed_without_earloop(tmp_path):
    content = bytearray(TRANSCRIPT.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "run.transcript").write_bytes(content)
    with pytest.raises(AssertionError, match="damaged at byte"):
        variables_of("transcript-layout.md", tmp_path, "records header")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    pretrain((tone_stream(),), folder, PretrainConfig(steps=2, batch=2), SMALL)
    return folder / CHECKPOINT_NAME


def test_a_checkpoint_is_read_without_earloop(tmp_path, checkpoint):
    shutil.copy(checkpoint, tmp_path / "pretrained.safetensors")
    found = variables_of("model-files.md", tmp_path, "header tensors bands rate_hz encoder")
    info, tensors = load_checkpoint(checkpoint)
    assert found["tensors"].keys() == {*tensors, "losses"}
    for name, tensor in tensors.items():
        np.testing.assert_array_equal(found["tensors"][name], tensor.numpy())
    np.testing.assert_array_equal(found["tensors"]["losses"], info.losses)
    assert (tuple(found["bands"]), found["rate_hz"]) == (info.format.bands, info.format.rate_hz)
    assert set(found["encoder"]) == {name for name in tensors if name.startswith("model.encoder.")}
    both = keys_in("model-files.md", "## Keys of both headers")
    assert found["header"].keys() == both | keys_in("model-files.md", "## Further keys of a checkpoint")
    assert_tensors_are_named(found["tensors"], "checkpoint")


def test_a_decoder_is_read_without_earloop(tmp_path, fixed, recording):
    stream = tokenize(recording, fixed.design, name="made")
    path = tmp_path / "pretrained.safetensors"
    save_decoder(path, learned(stream))
    found = variables_of("model-files.md", tmp_path, "header tensors bands rate_hz encoder")
    decoder = load_decoder(path)
    with safe_open(path, framework="pt") as file:
        wanted = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    assert found["tensors"].keys() == wanted.keys()
    for name, tensor in decoder.network.state_dict().items():
        np.testing.assert_array_equal(found["tensors"][f"network.{name}"], tensor.numpy())
    both = keys_in("model-files.md", "## Keys of both headers")
    assert found["header"].keys() == both | keys_in("model-files.md", "## Further keys of a decoder")
    assert_tensors_are_named(found["tensors"], "decoder")


def page(name: str) -> str:
    """The text of a page of the reference."""
    return (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")


def variables_of(name, folder, wanted):
    """What the programs of a page leave in these variables, run in a folder, where earloop cannot be imported."""
    programs = "".join(re.findall(r"```python\n(.*?)```", page(name), re.DOTALL))
    keep = f"import pickle; pickle.dump({{n: globals()[n] for n in {wanted.split()}}}, open('variables', 'wb'))\n"
    command = [sys.executable, "-c", WITHOUT_EARLOOP + programs + keep]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return pickle.loads((folder / "variables").read_bytes())


def keys_in(name: str, heading: str) -> set[str]:
    """The keys that the table below a heading of a page has in its first column."""
    below = page(name).split(f"{heading}\n", 1)[1].split("\n## ", 1)[0]
    return set(re.findall(r"^\| `(\w+)`", below, re.MULTILINE))


def assert_tensors_are_named(tensors, kind):
    """Each tensor of a file fits a row of the page's table."""
    rows = re.findall(rf"^\| {kind} \| `([\w.*]+)`", page("model-files.md"), re.MULTILINE)
    patterns = [re.compile(re.escape(row).replace(r"\*", ".*")) for row in rows]
    assert [name for name in tensors if not any(pattern.fullmatch(name) for pattern in patterns)] == []
    assert [row for row, pattern in zip(rows, patterns, strict=True) if not any(map(pattern.fullmatch, tensors))] == []
