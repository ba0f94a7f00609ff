"""Labelled epochs, comparisons of models, encoders and decoders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from earloop.api.designs import design_of
from earloop.model.config import MODES, Mode, ModelError
from earloop.model.evaluation.compare import ModelComparison
from earloop.model.evaluation.compare import compare as compare_models
from earloop.model.export.decode import decode
from earloop.model.export.embed import embed
from earloop.model.export.embedder import Embedder, load_embedder
from earloop.model.finetuning.decoder import Decoder, learn_decoder
from earloop.model.finetuning.decoder_file import load_decoder as load_decoder_file
from earloop.model.finetuning.decoder_file import save_decoder as save_decoder_file
from earloop.model.finetuning.finetune import finetuning
from earloop.model.finetuning.network import Pretrained
from earloop.model.protocol.protocol import Model
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.own.labelled_epochs import labelled_epochs
from earloop.model.tasks.own.labelled_recording import LabelledRecording
from earloop.model.tasks.own.left_out import LeftOut
from earloop.model.tasks.own.question import Question
from earloop.model.tasks.splits import SPLITS
from earloop.model.tensor_file import check_format
from earloop.recordings import Recording
from earloop.spec.design import Design

__all__ = ["compare", "decode", "embed", "epochs", "learn", "load_decoder", "load_encoder", "save_decoder"]


def load_encoder(path: Path | str) -> Embedder:
    """Return the pretrained encoder of a checkpoint, with the scale of its input, as a module of torch.

    Parameters
    ----------
    path : the checkpoint, or its folder

    Raises
    ------
    ModelError
        The file is not a readable checkpoint.
    """
    return load_embedder(Path(path))


def load_decoder(path: Path | str) -> Decoder:
    """Return the decoder of a file that `save_decoder` or `earloop finetune` wrote; raises ModelError."""
    return load_decoder_file(Path(path))


def save_decoder(path: Path | str, decoder: Decoder) -> None:
    """Write a decoder as one safetensors file, for `earloop decode` and `earloop hil run`; raises ModelError."""
    save_decoder_file(Path(path), decoder)


def epochs(
    recordings: Iterable[Recording | LabelledRecording],
    *,
    window_s: tuple[float, float],
    events: Sequence[str] = (),
    values: str | None = None,
    value_channel: str | None = None,
    every_s: float | None = None,
    reject_uv: float | None = None,
    design: Design | Path | str | None = None,
) -> tuple[Epochs, LeftOut]:
    """Cut labelled epochs of recordings; `earloop.model.labelled_epochs` takes every other choice.

    Parameters
    ----------
    recordings : recordings with events; a `LabelledRecording` also says who it is of, which splits across people need
    window_s : first and last second of an epoch, after an event's onset
    events : labels of the events, which become the classes; none means every label that is frequent enough
    values : for a regression, the name of the number that each event has as its `amplitude`
    value_channel : for a regression, the channel whose mean over each patch is predicted
    every_s : cut windows at this distance within each event
    reject_uv : leave out an epoch in which a channel changes by more than this from peak to peak

    Returns
    -------
    The epochs, a dataset of torch with tokens and targets; and what was left out, and why.

    Raises
    ------
    RecordingError
        A recording does not fit the design.
    ModelError
        There is no event of a label, only one class, or no window left of a class; a window is shorter than a patch.
    """
    labelled = [
        each if isinstance(each, LabelledRecording) else LabelledRecording(recording=each, name=f"recording {number}")
        for number, each in enumerate(recordings, start=1)
    ]
    question = Question(
        window_s=window_s,
        events=tuple(events),
        values=values,
        value_channel=value_channel,
        every_s=every_s,
        reject_uv=reject_uv,
    )
    return labelled_epochs(labelled, question, design_of(design))


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
