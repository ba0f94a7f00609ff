"""Labelled epochs, comparisons of models, encoders and decoders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from earloop.model.config import MODES, Level, Mode, ModelError
from earloop.model.evaluation.compare import ModelComparison
from earloop.model.evaluation.compare import compare as compare_models
from earloop.model.export.decode import Decoded
from earloop.model.export.decode import decode as decode_stream
from earloop.model.export.embed import Embeddings
from earloop.model.export.embed import embed as embed_stream
from earloop.model.export.embedder import Embedder, load_embedder
from earloop.model.finetuning.decoder import Decoder, learn_decoder
from earloop.model.finetuning.decoder_file import load_decoder, save_decoder
from earloop.model.finetuning.finetune import finetuning
from earloop.model.finetuning.network import Pretrained
from earloop.model.protocol.protocol import Model
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.splits import SPLITS
from earloop.model.tensor_file import check_format
from earloop.model.tokens.token_stream import TokenStream

__all__ = ["compare", "decode", "embed", "learn", "load_decoder", "load_encoder", "save_decoder"]

load_encoder = load_embedder


def compare(
    epochs: Epochs,
    models: Mapping[str, Model] | None = None,
    *,
    split: str = "within-session",
    modes: Sequence[Mode] | None = None,
    encoder: Embedder | Path | str | None = None,
    preset: str = "tiny",
    seed: int = 1,
) -> ModelComparison:
    """Compare models with each other and with the baselines, by epochs from which none has learned.

    Parameters
    ----------
    models : your own, by name: anything with the method `fit` of `earloop.model.protocol.protocol.Model`, such as
        `earloop.model.SklearnModel`
    split : how epochs are divided: `within-session`, `leave-one-run-out`, `cross-session`, `leave-one-subject-out`, ...
    modes : how PiMT learns; None means all modes with an encoder, `scratch` without one, and none beside own models
    encoder : a pretrained encoder, or its file
    preset : size of the encoder that learns from scratch

    Returns
    -------
    ModelComparison
        `.markdown()` is the table with intervals of 95 %; a notebook shows it by itself

    Raises
    ------
    ModelError
        The split is unknown or impossible, or a model cannot take the epochs.
    """
    if split not in SPLITS:
        raise ModelError(f"split {split!r} is not known; valid: {', '.join(SPLITS)}")
    pretrained = _pretrained(encoder, epochs)
    if modes is None:
        modes = MODES if pretrained else () if models else ("scratch",)
    ours = {
        f"PiMT {mode}": finetuning(mode, None if mode == "scratch" else pretrained, preset=preset) for mode in modes
    }
    return compare_models(epochs, SPLITS[split](epochs), {**(models or {}), **ours}, seed)


def learn(
    epochs: Epochs,
    *,
    mode: Mode | None = None,
    encoder: Embedder | Path | str | None = None,
    preset: str = "tiny",
    seed: int = 1,
) -> Decoder:
    """Learn a decoder from all epochs; `save_decoder` writes it for `earloop decode` and `earloop hil run`.

    Parameters
    ----------
    mode : how PiMT learns; None means `frozen` with an encoder, else `scratch`
    encoder, preset : as in `compare`

    Raises
    ------
    ModelError
        The mode does not fit the presence of an encoder, or the encoder cannot take the epochs.
    """
    pretrained = _pretrained(encoder, epochs)
    mode = mode or ("frozen" if pretrained else "scratch")
    model = finetuning(mode, None if mode == "scratch" else pretrained, preset=preset)
    return learn_decoder(model, epochs, mode=mode, seed=seed)


def decode(decoder: Decoder, tokens: TokenStream, *, hop_s: float | None = None) -> Decoded:
    """Decode every window of a recording's tokens; see `earloop.model.decode`."""
    return decode_stream(decoder, tokens, hop_s=hop_s)


def embed(encoder: Embedder, tokens: TokenStream, *, hop_s: float | None = None, level: Level = "window") -> Embeddings:
    """Compute the features of every window of a recording's tokens; see `earloop.model.embed`."""
    return embed_stream(encoder, tokens, hop_s=hop_s, level=level)


def _pretrained(encoder: Embedder | Path | str | None, epochs: Epochs) -> Pretrained | None:
    """Return an encoder with its scale; raise ModelError where it learned from tokens of another format."""
    if encoder is None:
        return None
    if isinstance(encoder, Embedder):
        check_format(Path("the encoder"), "checkpoint", encoder.token_format, epochs.format)
        embedder = encoder
    else:
        embedder = load_embedder(Path(encoder), epochs.format)
    return Pretrained(embedder.encoder, np.asarray(embedder.scale.flatten().numpy(), np.float32))
