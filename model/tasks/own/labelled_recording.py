"""A recording in memory, and who it is of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from earloop.recordings import Recording, RecordingError

Renames = tuple[tuple[str, str], ...]
"""Pairs of a channel's name in the file and the electrode of the design that it is."""


@dataclass(frozen=True, kw_only=True)
class LabelledRecording:
    """A recording with its events, and the names that splits use.

    recording : in uV or codes; its annotations are the events
    name : name of the recording, unique among those of a task
    subject, session, run : the person, the session, and the recording within it
    fold : the fold in whose test the recording is, for the split `own-folds`
    """

    recording: Recording
    name: str
    subject: str = ""
    session: str = ""
    run: str = ""
    fold: str = ""


def with_names(recording: Recording, renames: Renames) -> Recording:
    """Return a recording whose channels have other names.

    Raises
    ------
    RecordingError
        There is no channel of an old name, or two channels would have one name.
    """
    missing = [old for old, _ in renames if old not in recording.channels]
    if missing:
        raise RecordingError(f"no channel {', '.join(missing)} to rename; it has {', '.join(recording.channels)}")
    new = dict(renames)
    return replace(recording, channels=tuple(new.get(name, name) for name in recording.channels))
