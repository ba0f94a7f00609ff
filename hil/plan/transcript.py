"""The transcript of a case in the case's folder, so that `earloop hil replay` can repeat its verdict.

run.transcript      the transcript of the run of the report, or of a failed attempt
recording.zarr      the replayed recording, if it is synthetic and not from a file
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
    """The transcript of a running case, if it has one.

    Attributes
    ----------
    recorder : None without a transcript
    superfluous : to be set if the case already has a verdict, whose transcript must stay
    """

    def __init__(self, recorder: Recorder | None) -> None:
        self.recorder = recorder
        self.superfluous = False


@contextmanager
def record_transcript(case: Case, recording: Recording, design: Design, out: Path) -> Iterator[CaseTranscript]:
    """Record a case's conversation if requested; it is then in the case's folder, even if the case fails.

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
