"""A run's curves for TensorBoard, in the folder `logs` next to the checkpoint.

Each run writes a file of its own. A run that was killed may have written more points than its last checkpoint knows.
They are cut off its file when it is resumed, because their steps are done again. TensorBoard's own way, a `purge_step`,
would also drop the validation at the step of the checkpoint, and warn at each start.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from tensorboard.compat.proto.event_pb2 import Event
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from earloop.model.config import ModelError
from earloop.model.pretraining.objectives import OBJECTIVES
from earloop.system.whole import writing

_TRAIN = "train"
_SUFFIX = ".earloop"  # of the event files that this module writes; it changes no other
# A record of an event file: the event's length, uint64, a checksum of it, the event, a checksum of that (TFRecord).
_LENGTH_BYTES, _CRC_BYTES = 8, 4


class Curves:
    """Writes scalars by step.

    Parameters
    ----------
    folder : folder of the event files, or None in a process that writes none
    done : steps that are done before this run; points of earlier runs that lie after them are removed

    Raises
    ------
    ModelError
        The folder cannot be written.
    """

    def __init__(self, folder: Path | None, done: int) -> None:
        self._writer: SummaryWriter | None = None
        if folder is not None:
            with writing(folder, ModelError):
                for path in sorted(folder.glob(f"events.out.tfevents.*{_SUFFIX}")):
                    _cut(path, done)
                self._writer = SummaryWriter(str(folder), filename_suffix=_SUFFIX)

    def write(self, group: str, step: int, losses: Tensor, **scalars: float) -> None:
        """Write the six losses, [6], and other scalars, under `group/`."""
        self.write_scalars(group, step, scalars | dict(zip(OBJECTIVES, losses.tolist(), strict=True)))

    def learned(self, step: int, losses: Tensor, **scalars: float) -> None:
        """Write the six losses of a training step, [6], and other scalars."""
        self.write(_TRAIN, step, losses, **scalars)

    def write_scalars(self, group: str, step: int, scalars: Mapping[str, float]) -> None:
        """Write scalars under `group/`, with underscores in the place of blanks."""
        if self._writer is not None:
            for name, value in scalars.items():
                self._writer.add_scalar(f"{group}/{name.replace(' ', '_')}", value, step)

    def flush(self) -> None:
        """Write all points to the disk, so that a kill after this call loses none of them."""
        if self._writer is not None:
            self._writer.flush()

    def __enter__(self) -> Curves:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()


def _cut(path: Path, done: int) -> None:
    """Cut an event file before its first point after `done` steps; remove it for a run that begins anew."""
    if not done:
        path.unlink()
        return
    content, end = path.read_bytes(), 0
    while (begin := end + _LENGTH_BYTES + _CRC_BYTES) <= len(content):
        after = begin + int.from_bytes(content[end : end + _LENGTH_BYTES], "little") + _CRC_BYTES
        if after > len(content) or _is_after(Event.FromString(content[begin : after - _CRC_BYTES]), done):
            break  # a kill while the record was written, or a step that is done again
        end = after
    if end < len(content):
        os.truncate(path, end)


def _is_after(event: Event, done: int) -> bool:
    """Tell whether a point comes after `done` steps: a training step has the number of steps before it."""
    training = any(value.tag.startswith(f"{_TRAIN}/") for value in event.summary.value)
    return bool(event.step >= done if training else event.step > done)
