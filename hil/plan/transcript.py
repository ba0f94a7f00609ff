"""The conversation of a case, in the case's folder, so that `earloop hil replay` can repeat its verdict.

run.transcript      of the run that the report beside it is of, or of the attempt that led to none
recording.zarr      what was replayed, where that is synthetic and no file of its own
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earloop.hil.plan.plan import Case
from earloop.hil.reports.summary import RECORDING_NAME, TRANSCRIPT_NAME, ReportError
from earloop.hil.transcript.format import RecordingRead
from earloop.hil.transcript.recorder import Recorder
from earloop.recordings import Recording, write_session
from earloop.spec.design import Design
from earloop.system.whole import writing


class CaseTranscript:
    """One that is being written, unless the case wants none.

    Attributes
    ----------
    recorder : None where none is wanted
    superfluous : to be set where the case turns out to have a verdict already, whose own transcript is to stay
    """

    def __init__(self, recorder: Recorder | None) -> None:
        self.recorder = recorder
        self.superfluous = False


@contextmanager
def written_down(case: Case, recording: Recording, design: Design, out: Path) -> Iterator[CaseTranscript]:
    """Write a case's conversation down, if it wants that; however the case ends, it is then in its folder.

    Raises
    ------
    ReportError
        The folder cannot be written to.
    """
    if not case.device.transcript:
        yield CaseTranscript(None)
        return
    scratch, planned = out / f".{TRANSCRIPT_NAME}", case.recording
    with writing(out, ReportError):
        out.mkdir(parents=True, exist_ok=True)
        if planned.file is None:
            write_session(recording, out / RECORDING_NAME)
    name = RECORDING_NAME if planned.file is None else planned.file.name
    read = RecordingRead(name, planned.read_options)
    try:
        with Recorder(scratch, read, design.design_hash) as recorder:
            transcript = CaseTranscript(recorder)
            yield transcript
        if transcript.superfluous:
            scratch.unlink()
    finally:
        if scratch.exists():
            scratch.replace(out / TRANSCRIPT_NAME)
