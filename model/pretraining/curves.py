"""A run's curves for TensorBoard, in the folder `logs` next to the checkpoint."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from torch import Tensor
from torch.utils.tensorboard import SummaryWriter

from earloop.model.pretraining.objectives import OBJECTIVES


class Curves:
    """Writes scalars by step; a resumed run removes what a killed run wrote after its last checkpoint.

    Parameters
    ----------
    folder : folder of the event files, or None in a process that writes none
    first_step : step at which this run begins
    """

    def __init__(self, folder: Path | None, first_step: int) -> None:
        self._writer = None if folder is None else SummaryWriter(str(folder), purge_step=first_step)

    def write(self, group: str, step: int, losses: Tensor, **scalars: float) -> None:
        """Write the six losses, [6], and other scalars, under `group/`."""
        if self._writer is not None:
            for name, value in (scalars | dict(zip(OBJECTIVES, losses.tolist(), strict=True))).items():
                self._writer.add_scalar(f"{group}/{name}", value, step)

    def __enter__(self) -> Curves:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()
