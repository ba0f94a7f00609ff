"""Windows of a corpus for PyTorch, read from the disk one by one: a corpus may be larger than the memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from earloop.model.config import ModelError
from earloop.recordings import StoredSession, open_corpus
from earloop.spec.design import Design

OPEN_SESSIONS = 16  # whose metadata each process caches; a ten-minute session has a few thousand events


class CorpusWindow(NamedTuple):
    """A window, as `DataLoader` batches it.

    signal : [channels, samples], int32 codes, or float32 uV for a corpus in uV
    session : int64, index of its session in the plan
    labels : bool [activities], which of `CorpusWindows.activities` overlap the window
    """

    signal: Tensor
    session: Tensor
    labels: Tensor


class CorpusWindows(Dataset[CorpusWindow]):
    """Every window of the finished sessions of a corpus.

    Parameters
    ----------
    path : path of the corpus
    window_s, stride_s : length of a window, and distance between two starts; no window spans two sessions
    design : if given, the design that the corpus must have been made for

    Attributes
    ----------
    activities : names of the activities in the corpus's scenario; for a trial with a class, the class

    Raises
    ------
    RecordingError
        There is no corpus, or it has another design.
    ModelError
        The window or the stride is shorter than a sample, or no session is long enough for a window.
    """

    def __init__(self, path: Path | str, window_s: float, stride_s: float, design: Design | None = None) -> None:
        self._corpus = open_corpus(path, design)
        plan = self._corpus.plan
        sfreq = plan.design.converter.rate_hz
        self._samples, self._stride = round(window_s * sfreq), round(stride_s * sfreq)
        if min(self._samples, self._stride) < 1:
            raise ModelError(
                f"windows of {window_s:g} s every {stride_s:g} s: both must be at least one sample long at {sfreq} Hz"
            )
        self._sessions = self._corpus.finished
        counts = (max(0, 1 + (s.seconds * sfreq - self._samples) // self._stride) for s in self._sessions)
        self._ends = list(accumulate(counts))
        if not len(self):
            raise ModelError(f"{path}: no finished session is as long as a window of {window_s:g} s")
        tracks = plan.scenario["tracks"]
        self.activities: tuple[str, ...] = tuple(
            sorted({kind["label"] or kind["name"] for track in tracks for kind in track["activities"]})
        )
        self._open = self._opener()

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index: int) -> CorpusWindow:
        """Return a window by index, in the order of the plan; raises RecordingError where its session is damaged."""
        if not 0 <= index < len(self):
            raise IndexError(f"window {index} of {len(self)}")
        at = bisect_right(self._ends, index)
        first = (index - (self._ends[at - 1] if at else 0)) * self._stride
        stored = self._open(at)
        signal = stored.read(first, first + self._samples)
        start_s, end_s = first / stored.sfreq, (first + self._samples) / stored.sfreq
        active = {
            note.label
            for note in stored.annotations
            if note.source == "scenario" and note.onset_s < end_s and start_s < note.onset_s + note.duration_s
        }
        return CorpusWindow(
            torch.from_numpy(np.ascontiguousarray(signal.T)),
            torch.tensor(self._sessions[at].index),
            torch.tensor([name in active for name in self.activities]),
        )

    def _opener(self) -> Callable[[int], StoredSession]:
        return lru_cache(OPEN_SESSIONS)(lambda at: self._corpus.open(self._sessions[at]))

    def __getstate__(self) -> dict[str, Any]:
        """Return the state for a worker process, without open sessions: each process opens them itself."""
        return {name: value for name, value in self.__dict__.items() if name != "_open"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open = self._opener()
