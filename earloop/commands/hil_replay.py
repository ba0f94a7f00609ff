"""`earloop hil replay`: a run without its earbud, from the transcript of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from earloop.device_options import model_options, replayed_options
from earloop.options import design_option, out_option
from earloop.plan_run import EXIT_FAILED
from earloop.recording_file import RecordingFile
from earloop.verdict_lines import print_verdict
from hil.model_files import ModelFiles
from hil.report import check_destination, keeping_what_came, write_report
from hil.rig import judge
from hil.transcript.device import TranscriptDevice
from hil.transcript.reader import read_transcript
from spec.design import load_design
from spec.fixed import compile_design


@click.command("replay")
@click.argument("transcript_path", metavar="TRANSCRIPT", type=click.Path(path_type=Path))
@replayed_options()
@model_options
@design_option
@out_option("Folder for summary.json, junit.xml and report.html.")
def command(
    transcript_path: Path,
    recording: RecordingFile,
    models: ModelFiles,
    design_path: Path,
    out: Path,
) -> None:
    """Repeat a run without its earbud, from the transcript of it; the host must say what it said then.

    The recording is read as it was then, where no option says otherwise. Exit status: 0 it passes, 1 it fails, 2 it
    could not be repeated.
    """
    check_destination(out)
    transcript = read_transcript(transcript_path)
    then = transcript.header.recording
    fixed = compile_design(load_design(design_path))
    as_then = replace(
        recording,
        rate_hz=recording.rate_hz or then.rate_hz,
        channels=recording.channels or then.channels,
        stream=recording.stream or then.stream,
    )
    listening = models.load(fixed.design)
    with TranscriptDevice(fixed, transcript) as device, keeping_what_came(fixed.design, recording.name, out):
        verdict = judge(device, as_then.read(), fixed, **listening)
    write_report(verdict, fixed.design, recording.name, out)
    print_verdict(verdict, out)
    sys.exit(0 if verdict.passed else EXIT_FAILED)
