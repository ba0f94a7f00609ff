"""A checkpoint as a folder of a hub: the same features back, weights that others read, and a card that is true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from huggingface_hub import ModelCard
from safetensors import safe_open

from earloop.model.config import ModelError, PretrainConfig
from earloop.model.export.embedder import Embedder
from earloop.model.export.hub import write_hub
from earloop.model.pretraining.checkpoint import CheckpointInfo, save_checkpoint
from tests.model.export.conftest import CONFIG, FORMAT, SCALE


@pytest.fixture
def made(embedder, tmp_path):
    """`made(**changes)`: the folder of a checkpoint's hub, of what the checkpoint says changed."""

    def of(**changes):
        info = CheckpointInfo(
            format=FORMAT,
            scale=np.array(SCALE, np.float32),
            model=CONFIG,
            training=PretrainConfig(batch=7),
            losses=(6.5, 5.0, 4.25),
        )
        weights = {f"model.encoder.{name}": value for name, value in embedder.encoder.state_dict().items()}
        save_checkpoint(tmp_path / "pretrained.safetensors", replace(info, **changes), weights)
        write_hub(tmp_path / "pretrained.safetensors", tmp_path / "hub")
        return tmp_path / "hub"

    return of


def test_a_hub_folder_brings_the_embedder_back(embedder, made):
    tokens = torch.randn(2, 3, 2, 4, 10)
    found = Embedder.from_pretrained(made())
    assert found.token_format == FORMAT
    assert found.encoder.config == CONFIG
    with torch.inference_mode():
        np.testing.assert_array_equal(found(tokens).numpy(), embedder(tokens).numpy())


def test_the_files_say_that_their_tensors_are_pytorchs(made):
    hub = made()
    for path in (hub / "model.safetensors", hub.parent / "pretrained.safetensors"):
        with safe_open(path, framework="pt") as file:
            assert file.metadata()["format"] == "pt"
    assert sorted(path.name for path in hub.iterdir()) == ["README.md", "config.json", "model.safetensors"]


def test_the_card_says_what_it_is_what_it_learned_from_and_how_to_use_it(made):
    hub = made(corpus="ab12", held_out=("02_000", "02_001"), validation=((0, 7.0), (3, 5.125)))
    card = ModelCard.load(hub / "README.md")
    assert (card.data.license, card.data.library_name) == ("apache-2.0", "earloop")
    text = card.text
    assert "[More Information Needed]" not in text
    assert "SHA-256 `ab12`" in text
    assert "3 steps of 7 windows; the loss went from 6.5 to 4.25" in text
    assert "2 recordings that it never learned from, it is 5.12" in text
    assert f"`{FORMAT.design_hash}`" in text
    assert "T7, T8" in text
    assert "0.2 s of EEG" in text


def test_a_card_of_single_recordings_does_not_speak_of_a_corpus(made):
    text = ModelCard.load(made() / "README.md").text
    assert "Single recordings" in text
    assert "corpus" not in text
    assert "never learned from" not in text


def test_the_lines_of_the_card_that_use_it_do(made, monkeypatch):
    hub = made()
    code = ModelCard.load(hub / "README.md").text.split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {}
    exec(code.replace("path/to/this/folder", str(hub)), names)
    assert tuple(names["features"].shape) == (1, 3, 2, 4, 16)


def test_a_folder_that_cannot_be_written_is_one_line(made, tmp_path):
    made()
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="cannot be written"):
        write_hub(tmp_path / "pretrained.safetensors", tmp_path / "file" / "hub")
