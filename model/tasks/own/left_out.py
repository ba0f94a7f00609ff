"""What was left out of a task, and why: counts of events and windows, and files that cannot be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from earloop.spec.errors import EarloopError

Reason = Literal[
    "other label",
    "no label",
    "event shorter than the window",
    "before the start",
    "too close to the end",
    "in a gap",
    "rejected by amplitude",
]


@dataclass(frozen=True)
class LeftOutFile:
    """A file that is not used, with the message that says why."""

    name: str
    why: str


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """What is not in the epochs.

    Parameters
    ----------
    counts : number of events or windows, by recording and reason
    files : recordings that cannot be used
    notes : sentences on what was decided: the length of the window, the classes
    """

    counts: dict[tuple[str, Reason], int] = field(default_factory=dict)
    files: tuple[LeftOutFile, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def by_reason(self) -> dict[Reason, int]:
        """The counts over all recordings, the most frequent reason first."""
        total: Counter[Reason] = Counter()
        for (_, reason), count in self.counts.items():
            total[reason] += count
        return dict(total.most_common())

    def lines(self) -> list[str]:
        """Return the notes, the counts in one line, and a line for each file."""
        counts = ", ".join(f"{count} {reason}" for reason, count in self.by_reason.items())
        lines = [*self.notes, *([f"left out: {counts}"] if counts else [])]
        return lines + [f"not used: {file.name}: {file.why}" for file in self.files]


@dataclass
class BadFiles:
    """Collects the files that cannot be used, if `skip`; otherwise the first of them raises its error."""

    skip: bool = False
    files: list[LeftOutFile] = field(default_factory=list)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Within this block, an error is one of the file `name`, and its message begins with that name."""
        try:
            yield
        except EarloopError as error:
            self.refuse(name, error)

    def refuse(self, name: str, error: EarloopError) -> None:
        """Note that a file is not used because of this error; raise it, with the file's name, if none is skipped."""
        why = str(error)
        if not self.skip:
            raise error if name in why else type(error)(f"{name}: {why}") from None
        before, named, after = why.partition(f"{name}: ")
        begins_with_path = named and (not before or before.endswith("/"))
        self.files.append(LeftOutFile(name, after if begins_with_path else why))
