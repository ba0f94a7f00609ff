"""The conversion of cues in seconds to epochs of streams, which every task uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from earloop.model.config import ModelError
from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.clock import tick_at
from earloop.model.tokens.token_stream import TokenStream
from earloop.spec.design import Design


@dataclass(frozen=True)
class Cue:
    """An epoch of class `label` begins in stream number `stream` at second `onset_s` of its recording."""

    stream: int
    onset_s: float
    label: str


def cut_epochs(
    task: str,
    design: Design,
    streams: tuple[TokenStream, ...],
    cues: Iterable[Cue],
    patches: int,
    classes: tuple[str, ...],
) -> Epochs:
    """Cut an epoch of `patches` patches at each cue; epochs that exceed their stream are left out.

    Raises
    ------
    ModelError
        A class has no epoch.
    """
    inside: list[tuple[int, int, int]] = []
    for cue in cues:
        tick = int(tick_at(design, cue.onset_s))
        if 0 <= tick <= len(streams[cue.stream]) - patches * design.tokens.patch:
            inside.append((cue.stream, tick, classes.index(cue.label)))
    rows = np.array(inside, np.int64).reshape(-1, 3)
    missing = [name for i, name in enumerate(classes) if i not in rows[:, 2]]
    if missing:
        raise ModelError(
            f"{task}: no epoch of {', '.join(missing)} among {len(rows)}; wanted some of each class: use longer "
            "recordings"
        )
    return Epochs(
        task=task,
        streams=streams,
        stream=rows[:, 0],
        start=rows[:, 1],
        patches=patches,
        target=rows[:, 2],
        classes=classes,
        design=design,
    )
