"""A labelled task: epochs that begin at events of token streams, each with its target and its person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.tokens.token_stream import TokenFormat, TokenStream
from earloop.spec.design import Design


@dataclass(frozen=True, kw_only=True, repr=False)
class Epochs:
    """Windows of `patches` patches, each with its target.

    Parameters
    ----------
    streams : streams of one format
    stream, start : int64 [epochs], the stream of each epoch and the tick at which it begins
    target : int64 [epochs], index into `classes`; or, where `classes` is empty, float32 [epochs, patches, outputs]
    classes : names of the classes of a classification
    outputs : names, with units, of the values of a regression at each patch, such as `gaze_x_deg`
    design : design of the tokens; None where it is not needed

    Raises
    ------
    ModelError
        There are no epochs, the streams differ in format, an epoch exceeds its stream, or the target has a wrong shape.
    """

    task: str
    streams: tuple[TokenStream, ...]
    stream: NDArray[np.int64]
    start: NDArray[np.int64]
    patches: int
    target: NDArray[Any]
    classes: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    design: Design | None = None

    def __post_init__(self) -> None:
        if not len(self.start):
            raise ModelError(f"{self.task}: no epochs")
        formats = {stream.format for stream in self.streams}
        if len(formats) != 1:
            raise ModelError(f"{self.task}: the streams have {len(formats)} formats; wanted one design and source")
        lengths = np.array([len(stream) for stream in self.streams])
        late = self.start + self.samples > lengths[self.stream]
        if late.any() or (self.start < 0).any():
            bad = int(np.flatnonzero(late | (self.start < 0))[0])
            raise ModelError(
                f"{self.task}: epoch {bad} begins at tick {self.start[bad]} of {self.streams[self.stream[bad]].name}, "
                f"which has {lengths[self.stream[bad]]} ticks; an epoch needs {self.samples}"
            )
        wanted = (len(self),) if self.classes else (len(self), self.patches, len(self.outputs))
        if self.target.shape != wanted:
            raise ModelError(f"{self.task}: the target has shape {self.target.shape}: wanted {wanted}")

    def __repr__(self) -> str:
        """Return one line for a prompt or a notebook: what is predicted, and from how many epochs of each class."""
        counts = np.bincount(self.target, minlength=len(self.classes)) if self.classes else ()
        each = ", ".join(f"{n} x {name}" for n, name in zip(counts, self.classes, strict=True)) or ", ".join(
            self.outputs
        )
        return (
            f"<Epochs of {self.task}: {len(self)} of {self.patches} patches in {len(self.streams)} recordings; {each}>"
        )

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], Any]:
        """Return an epoch and its target, so that torch's `DataLoader` takes these epochs as a dataset.

        The epoch is float32 [bands, channels, patches, patch] in token steps; the target is that of `target`.
        """
        if not -len(self) <= index < len(self):
            raise IndexError(f"epoch {index} of {len(self)}")
        return self.tokens(np.array([index % len(self)]))[0], self.target[index]

    @property
    def format(self) -> TokenFormat:
        """The format of all streams."""
        return self.streams[0].format

    @property
    def samples(self) -> int:
        """The length of an epoch in ticks."""
        return self.patches * self.streams[0].format.patch

    @cached_property
    def subject(self) -> NDArray[np.str_]:
        """The person of each epoch, [epochs]."""
        return np.array([self.streams[i].subject for i in self.stream])

    @cached_property
    def session(self) -> NDArray[np.str_]:
        """The session of each epoch, [epochs]; unique over subjects."""
        return np.array([f"{self.streams[i].subject}/{self.streams[i].session}" for i in self.stream])

    @cached_property
    def run(self) -> NDArray[np.str_]:
        """The recording of each epoch, [epochs]; unique over all sessions."""
        return np.array([self.streams[i].name for i in self.stream])

    @cached_property
    def fold(self) -> NDArray[np.str_]:
        """The fold that the user gave the recording of each epoch, [epochs]; empty where there is none."""
        return np.array([self.streams[i].fold for i in self.stream])

    def tokens(self, which: NDArray[np.int64], shift: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return epochs by index, float32 [which, bands, channels, patches, patch], in token steps.

        Parameters
        ----------
        shift : ticks by which each epoch begins later, limited to its stream. Training uses shifted epochs, so that a
            model does not learn the exact place of an event.
        """
        starts = self.starts(which, shift)
        cuts = [self.streams[self.stream[i]].window(s, self.patches) for i, s in zip(which, starts, strict=True)]
        return np.asarray(np.stack(cuts), np.float32)

    def notched_uv(self, which: NDArray[np.int64], shift: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return epochs by index, of the signal before the bands, float32 [which, channels, samples] in uV."""
        starts = self.starts(which, shift)
        cuts = [
            self.streams[self.stream[i]].notched_uv[s : s + self.samples].T for i, s in zip(which, starts, strict=True)
        ]
        return np.stack(cuts)

    def only(self, which: NDArray[np.int64]) -> Epochs:
        """Return the task with some of its epochs, in the order of `which`."""
        return replace(self, stream=self.stream[which], start=self.start[which], target=self.target[which])

    def with_bands(self, names: tuple[str, ...]) -> Epochs:
        """Return the same epochs with some of the bands.

        Raises
        ------
        ModelError
            The tokens do not have a band.
        """
        missing = sorted(set(names) - set(self.format.bands))
        if missing:
            raise ModelError(f"{self.task}: no band {', '.join(missing)}; valid: {', '.join(self.format.bands)}")
        columns = [self.format.bands.index(name) for name in names]
        narrow = replace(self.format, bands=names)
        streams = tuple(replace(s, format=narrow, samples=s.samples[:, :, columns]) for s in self.streams)
        return replace(self, streams=streams)

    def starts(self, which: NDArray[np.int64], shift: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Return the ticks at which epochs begin, int64 [which]; `shift` is as in `tokens`."""
        if shift is None:
            return self.start[which]
        last = np.array([len(self.streams[i]) for i in self.stream[which]]) - self.samples
        starts: NDArray[np.int64] = np.clip(self.start[which] + shift, 0, last)
        return starts
