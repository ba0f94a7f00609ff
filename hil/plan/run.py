"""Runs a plan, case by case: each case has its folder and report; the plan has a summary, the same in Markdown, a JUnit
file and a page.

A case with a verdict and unchanged inputs does not run again. A case that could not be run does, even if it has a
report of its first part. The digest of the inputs is written last, so that an interrupted case has none.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

from earloop.hil.devices.open_faulty import open_faulty
from earloop.hil.judging.judge import judge
from earloop.hil.judging.model_files import ModelFiles
from earloop.hil.plan.inputs import inputs_digest
from earloop.hil.plan.markdown import MARKDOWN_NAME, plan_markdown
from earloop.hil.plan.page import HTML_NAME, overall_verdict, plan_page
from earloop.hil.plan.plan import Case, Plan, PlannedRecording
from earloop.hil.plan.transcript import record_transcript
from earloop.hil.reports.junit import JunitCase, junit_suite
from earloop.hil.reports.summary import JUNIT_NAME, SUMMARY_NAME, ReportError, keeping_partial_report, write_report
from earloop.hil.reports.xml_text import xml_bytes
from earloop.hil.run.device import Device
from earloop.recordings import Recording, RecordingError
from earloop.recordings.read import read_with
from earloop.recordings.reading.electrode_names import name_in_order
from earloop.sim import convert
from earloop.spec.compiled import compiled
from earloop.spec.design import Design, load_design
from earloop.spec.errors import EarloopError, unexpected
from earloop.spec.fixed import FixedDesign
from earloop.synth_data import load_scenario, synthesise
from earloop.system.whole import write_whole, writing

INPUTS_NAME = "inputs.json"
DEVICE_FACTS = ("kind", "name", "serial", "build", "design_hash")


class CaseStatus(Enum):
    """The result of a case."""

    PASS = "pass"
    FAIL = "fail"
    NOT_JUDGED = "not judged"
    COULD_NOT_RUN = "could not run"
    NOT_RUN = "not run"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The status of a case, with the reasons if it is not a pass.

    Parameters
    ----------
    criteria : the criteria of its verdict, as in its summary; empty without a verdict
    kept : whether the verdict is from an earlier run
    worst_sqnr_db : the lowest of all bands; None if no signal was in range or there is no verdict
    elapsed_s : duration of the device's run
    device : the identity that the device reported, with the fields of `Identity`
    channels : the channel of the recording for each electrode, by its name in the file; empty without a verdict
    """

    case: str
    status: CaseStatus
    reasons: tuple[str, ...] = ()
    criteria: tuple[Mapping[str, Any], ...] = ()
    kept: bool = False
    mismatches: int | None = None
    lost_tokens: int | None = None
    worst_sqnr_db: float | None = None
    elapsed_s: float | None = None
    device: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)


ENDED: dict[CaseStatus, Literal["failure", "error", "skipped"]] = {
    CaseStatus.FAIL: "failure",
    CaseStatus.NOT_JUDGED: "error",
    CaseStatus.COULD_NOT_RUN: "error",
    CaseStatus.NOT_RUN: "skipped",
}
"""The result of a case in JUnit's terms; a pass has none."""


Progress = Callable[[Case, int], AbstractContextManager[Callable[[int], None]]]
"""Shows the progress of a case with this number of samples; yields a function to call with the samples done."""


def run_plan(plan: Plan, out: Path, progress: Progress) -> list[Outcome]:
    """Run every case that has no verdict for its inputs yet, in order; update the files of the plan after each.

    Raises
    ------
    ReportError
        A report cannot be written.
    """
    outcomes, began = [Outcome(case=case.name, status=CaseStatus.NOT_RUN) for case in plan.cases], datetime.now(UTC)
    _write(plan, outcomes, out, began)
    for index, case in enumerate(plan.cases):
        outcomes[index] = run_case(case, out / case.name, progress)
        _write(plan, outcomes, out, began)
    return outcomes


def run_case(case: Case, out: Path, progress: Progress) -> Outcome:
    """Run one case, if it has no verdict for its inputs yet; a failure to run is an outcome, too.

    Raises
    ------
    ReportError
        The report cannot be written.
    """
    try:
        return _run_case(case, out, progress)
    except ReportError:
        raise
    except EarloopError as error:
        return Outcome(case=case.name, status=CaseStatus.COULD_NOT_RUN, reasons=(str(error),))
    except Exception as error:  # after a fault of the program in one case, the others still run
        logging.getLogger("earloop").debug("", exc_info=True)
        return Outcome(case=case.name, status=CaseStatus.COULD_NOT_RUN, reasons=(unexpected(error),))


def _run_case(case: Case, out: Path, progress: Progress) -> Outcome:
    real = case.device.kind in ("serial", "ble")
    if not real and (known := _known(case, inputs_digest(case, None), out)):
        return known
    fixed = compiled(load_design(case.design))
    recording = _recording(case.recording, fixed.design)
    with record_transcript(case, recording, fixed.design, out) as transcript:
        options = replace(case.device.options, recorder=transcript.recorder)
        with open_faulty(case.device.kind, fixed, options, case.fault) as device:
            inputs = inputs_digest(case, device.identity if real else None)
            if real and (known := _known(case, inputs, out)):
                transcript.superfluous = True
                return known
            return _judge(case, device, recording, fixed, inputs, out, progress)


def _judge(
    case: Case,
    device: Device,
    recording: Recording,
    fixed: FixedDesign,
    inputs: str,
    out: Path,
    progress: Progress,
) -> Outcome:
    samples = round(recording.duration_s * fixed.design.converter.rate_hz)
    name = case.recording.file.name if case.recording.file is not None else str(case.recording.scenario)
    (out / INPUTS_NAME).unlink(missing_ok=True)
    with keeping_partial_report(fixed.design, name, out), progress(case, samples) as advance:
        models = ModelFiles(case.checkpoint, case.decoder).load(fixed.design)
        verdict = judge(device, recording, fixed, advance, case.tolerances, fault=case.fault, **models)
    summary = write_report(verdict, fixed.design, name, out)
    _replace(out / INPUTS_NAME, json.dumps({"inputs": inputs}) + "\n")
    return _outcome(case, summary, kept=False)


def _recording(planned: PlannedRecording, design: Design) -> Recording:
    if planned.file is not None:
        recording = read_with(planned.file, planned.read_options)
        try:
            return name_in_order(recording, planned.read_options, design)
        except RecordingError as error:
            raise RecordingError(f"{planned.file}: {error}") from None
    seed = 1 if planned.seed is None else planned.seed
    scenario = load_scenario(str(planned.scenario))
    session = synthesise(design, scenario=scenario, duration_s=planned.seconds, seed=seed)
    return convert(session, design, seed=seed)


def _known(case: Case, inputs: str, out: Path) -> Outcome | None:
    """Return the verdict of an earlier run with the same inputs, if there is one."""
    try:
        if json.loads((out / INPUTS_NAME).read_text(encoding="utf-8")) != {"inputs": inputs}:
            return None
        summary = json.loads((out / SUMMARY_NAME).read_text(encoding="utf-8"))
        return _outcome(case, summary, kept=True)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # there is no file, or it is damaged


def _outcome(case: Case, summary: Mapping[str, Any], *, kept: bool) -> Outcome:
    """Return the outcome from the summary of a verdict; `kept` says whether it is from an earlier run."""
    worst = summary["worst_sqnr"]
    return Outcome(
        case=case.name,
        status=CaseStatus(summary["verdict"]),
        reasons=tuple(summary["reasons"]) or tuple(summary["unjudged"]),
        criteria=tuple(summary["criteria"]),
        kept=kept,
        mismatches=summary["mismatches"],
        lost_tokens=summary["lost_tokens"],
        worst_sqnr_db=None if worst is None else worst["db"],
        elapsed_s=float(summary["elapsed_s"]),
        device={name: str(summary["device"][name]) for name in DEVICE_FACTS},
        channels=dict(summary["recording"]["channels"]),
    )


def _write(plan: Plan, outcomes: list[Outcome], out: Path, began: datetime) -> None:
    """Write the four files of the plan."""
    counts = {status.value: sum(o.status is status for o in outcomes) for status in CaseStatus}
    cases: list[dict[str, Any]] = [asdict(outcome) | {"status": outcome.status.value} for outcome in outcomes]
    summary = {"plan": plan.name, "counts": counts, "cases": cases}
    _replace(out / HTML_NAME, plan_page(plan.name, counts, cases, out))
    _replace(out / SUMMARY_NAME, json.dumps(summary, indent=2) + "\n")
    _replace(out / MARKDOWN_NAME, plan_markdown(plan.name, overall_verdict(counts), cases))
    _replace(out / JUNIT_NAME, xml_bytes(_junit(plan, outcomes, out, began)))


def _junit(plan: Plan, outcomes: list[Outcome], out: Path, began: datetime) -> ElementTree.Element:
    """Return a suite with a test case per case: failed by its verdict, in error without one, skipped if not yet run.

    A kept verdict has the duration of its earlier run.
    """
    times = [outcome.elapsed_s for outcome in outcomes if outcome.elapsed_s is not None]
    properties = {"plan": plan.name, "report": str(out / HTML_NAME)}
    for outcome in outcomes:
        facts = outcome.device | {"report": "" if outcome.elapsed_s is None else str(out / outcome.case / HTML_NAME)}
        properties |= {f"{outcome.case}: {name}": value for name, value in facts.items()}
    cases = [
        JunitCase(
            name=outcome.case,
            ended=ENDED.get(outcome.status),
            why="; ".join(outcome.reasons),
            elapsed_s=outcome.elapsed_s,
        )
        for outcome in outcomes
    ]
    return junit_suite(plan.name, f"earloop.hil.{plan.name}", cases, properties, began, sum(times))


def _replace(path: Path, content: str | bytes) -> None:
    """Write a file completely or not at all."""
    with writing(path, ReportError):
        write_whole(path, content)
