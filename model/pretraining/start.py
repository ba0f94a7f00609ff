"""The beginning of a run with the weights of another checkpoint: of synthetic people first, of own recordings then.

Tokens of both must have the same shape, bands and rate. The optimiser and the steps begin anew. The scale of the bands
is measured on the new recordings: then each band reaches the encoder at the size at which it learned, whatever the
amplitudes of the new electrodes and amplifier.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from earloop.model.config import MisfitError, ModelConfig
from earloop.model.pretraining.checkpoint import Origin, checkpoint_file, load_checkpoint, weights_hash
from earloop.model.pretraining.objectives import PiMT
from earloop.model.tensor_file import check_weights
from earloop.model.tokens.token_stream import TokenFormat

_WEIGHTS = "model."


@dataclass(frozen=True, kw_only=True)
class InitialWeights:
    """The weights with which a run begins.

    model : shape of the model
    weights : tensors of a `PiMT`, by their names in it
    notes : what differs between the tokens of the checkpoint and those of the run, and was allowed
    """

    origin: Origin
    model: ModelConfig
    weights: dict[str, Tensor]
    notes: tuple[str, ...]


def start_from(
    path: Path, format: TokenFormat, window_patches: int, *, other_electrodes: bool = False
) -> InitialWeights:
    """Return the weights of a checkpoint, for a run on tokens of a format.

    Parameters
    ----------
    path : checkpoint, or its folder
    window_patches : patches of the run's windows
    other_electrodes : whether the electrodes may have other names; each then takes the place of the one at its position

    Raises
    ------
    ModelError
        The file is not a checkpoint with all its weights.
    MisfitError
        Its tokens have another shape, other bands or another rate, or its electrodes other names; the message names it.
    """
    file = checkpoint_file(path)
    info, tensors = load_checkpoint(file, _WEIGHTS)
    weights = {name.removeprefix(_WEIGHTS): tensor for name, tensor in tensors.items()}
    check_weights(file, lambda: PiMT(info.model), weights)
    found = info.format
    same_names = found if found.channels == format.channels else _renamed(file, found, format, other_electrodes)
    if difference := _misfit(same_names, format):
        raise MisfitError(f"{file}: its {difference}")
    if info.model.patches != window_patches:
        raise MisfitError(f"{file}: its windows have {info.model.patches} patches, not {window_patches}")
    return InitialWeights(
        origin=Origin(str(path), weights_hash(tensors)[:12], len(info.losses)),
        model=info.model,
        weights=weights,
        notes=tuple(_notes(found, format)),
    )


def _renamed(path: Path, found: TokenFormat, format: TokenFormat, other_electrodes: bool) -> TokenFormat:
    """Return a format with the wanted channels in the place of its own; raise MisfitError where this is not allowed."""
    if len(found.channels) == len(format.channels) and other_electrodes:
        return replace(found, channels=format.channels)
    cure = ""
    if len(found.channels) == len(format.channels):
        cure = "; --other-electrodes begins with it nevertheless, with each electrode in the place of the one before"
    raise MisfitError(f"{path}: its {found.difference(format)}{cure}")


def _misfit(found: TokenFormat, format: TokenFormat) -> str | None:
    """Describe a difference that no run can begin with: all differences but those of other keys of the designs."""
    edges = next((text for text in found.differences_of_keys(format) if _is_edge(text)), None)
    return replace(found, design_hash=format.design_hash).difference(format) or edges


def _is_edge(text: str) -> bool:
    """Tell whether a difference of two designs is one of a band's limits."""
    key = text.partition(" ")[0]
    return key.startswith("bands[") and key.endswith(("_hz", ".name"))


def _notes(found: TokenFormat, format: TokenFormat) -> Iterator[str]:
    """Describe the differences that are allowed: electrodes by position, and other keys of the designs."""
    if found.channels != format.channels:
        pairs = zip(format.channels, found.channels, strict=True)
        yield "electrodes: " + ", ".join(f"{new} in the place of {old}" for new, old in pairs)
    if found.design_hash == format.design_hash:
        return
    named = ("electrodes.left", "electrodes.right")
    keys = [text for text in found.differences_of_keys(format) if not text.startswith(named)]
    if found.design is None:
        yield "the checkpoint does not hold its design: it is another one, and may differ in more than its electrodes"
    elif keys:
        yield f"the design of the checkpoint is another: its {'; '.join(keys)}"
