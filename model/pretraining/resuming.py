"""The checks of a checkpoint before its run goes on: the same tokens, recordings and model, and whole tensors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from earloop.model.config import MisfitError, ModelError
from earloop.model.pretraining.checkpoint import CheckpointInfo
from earloop.model.pretraining.objectives import PiMT
from earloop.model.pretraining.settings import BEGUN, check_model
from earloop.model.pretraining.state import check_state

_MOST_NAMES = 3  # of recordings, in a message


def check_resumed(path: Path, found: CheckpointInfo, tensors: Mapping[str, Tensor], wanted: CheckpointInfo) -> None:
    """Check that a checkpoint belongs to the wanted run, whose settings `earloop.model.pretraining.settings` checks.

    Raises
    ------
    ModelError
        The run has other tokens, recordings or another model, or the checkpoint holds no optimiser or other tensors.
        The message names the difference and both values.
    """
    if difference := found.format.difference(wanted.format):
        raise MisfitError(f"{path}: its {difference}")
    if found.corpus != wanted.corpus:
        raise ModelError(f"{path}: {_data(wanted)}, but {BEGUN} with {_data(found)}")
    learned = {name: f" of {ticks} ticks" for name, ticks in found.learned}
    if learned:  # a file of version 1 names only the recordings that were held out
        _check_names(path, "learned from", learned, {name: f" of {ticks} ticks" for name, ticks in wanted.learned})
    _check_names(path, "held out", dict.fromkeys(found.held_out, ""), dict.fromkeys(wanted.held_out, ""))
    check_model(path, found.model, wanted.model)
    if not any(name.startswith("optimizer.") for name in tensors):
        raise ModelError(
            f"{path}: holds weights without an optimiser, as the best checkpoint of a run does; --resume cannot "
            "continue it, --init begins a new run with its weights"
        )
    check_state(path, lambda: PiMT(wanted.model), tensors)


def _data(info: CheckpointInfo) -> str:
    """Return the source of a run's tokens as a user names it."""
    return f"--corpus of the plan {info.corpus[:12]}" if info.corpus else "--recording"


def _check_names(path: Path, how: str, found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Raise ModelError where the recordings of a run are not those that it was begun with, in their order."""
    if list(found.items()) == list(wanted.items()):
        return
    lost = [name + size for name, size in found.items() if wanted.get(name) != size]
    new = [name + size for name, size in wanted.items() if found.get(name) != size]
    said = (
        f"{_some(new) or 'no other'}, not {_some(lost) or 'no other'}" if lost or new else "the same in another order"
    )
    raise ModelError(f"{path}: the recordings {how} are not those that the run was begun with: {said}")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
