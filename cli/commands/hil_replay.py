"""`earloop hil replay`: repeat a run from its transcript."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.device import limit_options, model_options, replayed_options
from earloop.cli.options.files import design_for, design_option, out_option
from earloop.cli.options.fitting import offers_fitting
from earloop.cli.options.recording_file import RecordingFile
from earloop.recordings.reading.options import ReadOptions

if TYPE_CHECKING:
    from earloop.hil.judging.model_files import ModelFiles
    from earloop.hil.judging.tolerances import Tolerances
    from earloop.hil.transcript.format import RecordingRead
    from earloop.recordings import Recording
    from earloop.spec.design import Design


@click.command("replay")
@click.argument("transcript_path", metavar="TRANSCRIPT", type=click.Path(path_type=Path))
@replayed_options(required=False)
@model_options
@limit_options
@design_option
@out_option("Folder for summary.json, junit.xml and report.html.")
@offers_fitting
def command(
    transcript_path: Path,
    recording: RecordingFile | None,
    models: ModelFiles,
    limits: Tolerances,
    design_path: Path,
    out: Path,
) -> None:
    """Repeat a run or an acquisition from its transcript, without the earbud.

    The host must send what it sent in that run. A run needs its recording, which is read with the options of that run
    unless others are given. An acquisition from electrodes needs none.

    Exit status: 0 it passes, 1 it fails, 2 it was not judged or could not be repeated.
    """
    from earloop.cli.output.verdict_lines import exit_status, print_verdict
    from earloop.hil.devices.acquire import ON_ELECTRODES, acquire_again
    from earloop.hil.devices.from_transcript import TranscriptDevice
    from earloop.hil.judging.judge import judge, judge_replayed
    from earloop.hil.judging.tolerances import Tolerances
    from earloop.hil.reports.summary import check_destination, keeping_partial_report, write_report
    from earloop.hil.transcript.reader import read_transcript
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design
    from earloop.spec.errors import EarloopError

    check_destination(out)
    transcript = read_transcript(transcript_path)
    then = transcript.header.recording
    if then is None and recording is not None:
        raise EarloopError(f"{transcript_path}: is a transcript of {ON_ELECTRODES}; leave --recording out")
    if then is not None and recording is None:
        raise EarloopError(f"{transcript_path}: is a transcript of {then.name}; give that file as --recording")
    fixed = compiled(load_design(design_for(design_path, models.decoder)))
    name = ON_ELECTRODES if recording is None else recording.name
    listening = models.load(fixed.design)
    with TranscriptDevice(fixed, transcript) as device, keeping_partial_report(fixed.design, name, out):
        if recording is None or then is None:
            verdict = judge_replayed(acquire_again(device, fixed), fixed, limits, **listening)
        else:
            tolerances = None if limits == Tolerances() else limits  # so that the same limits apply as in `hil run`
            verdict = judge(device, _as_then(recording, then, fixed.design), fixed, tolerances=tolerances, **listening)
    write_report(verdict, fixed.design, name, out)
    print_verdict(verdict, out)
    sys.exit(exit_status(verdict))


def _as_then(recording: RecordingFile, then: RecordingRead, design: Design) -> Recording:
    """Read the recording with the options of the earlier run, unless others are given."""
    unsaid = ReadOptions()
    said = {name: value for name, value in asdict(recording.options).items() if value != getattr(unsaid, name)}
    return replace(recording, options=replace(then.options, **said)).read_for(design)
