"""A recording in memory, and who it is of."""

from __future__ import annotations

from dataclasses import dataclass

from earloop.recordings import Recording


@dataclass(frozen=True, kw_only=True)
class LabelledRecording:
    """A recording with its events, and the names that splits use.

    Parameters
    ----------
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
