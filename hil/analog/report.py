"""The three files of an analog verdict, written as in `earloop.hil.reports.summary`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from numpy.typing import NDArray

from earloop.hil.analog.calibrate import Calibration
from earloop.hil.analog.plots import calibration_figure, response_figure, spectrum_figure
from earloop.hil.analog.verdict import AnalogVerdict
from earloop.hil.judging.criterion import by_measure, rounded, six_digits
from earloop.hil.reports.junit import criteria_cases, junit_suite, what_was_judged
from earloop.hil.reports.page import now, page_templates
from earloop.hil.reports.summary import HTML_NAME, check_destination, write_files
from earloop.spec.design import Design


def write_analog_report(verdict: AnalogVerdict, design: Design, recording_name: str, out: Path) -> None:
    """Write `summary.json`, `junit.xml` and `report.html` into `out`, replacing an earlier report.

    Raises
    ------
    ReportError
        The folder contains other files, or cannot be written to.
    """
    check_destination(out)
    summary = summarise_analog(verdict, design, recording_name)
    write_files(
        out, summary, analog_junit(verdict, design, recording_name, out / HTML_NAME), _html(verdict, design, summary)
    )


def summarise_analog(verdict: AnalogVerdict, design: Design, recording_name: str) -> dict[str, Any]:
    """Return the verdict as plain JSON values; unknown values are null."""
    measured, body = verdict.measured, verdict.measured.stimulus.body

    def by_channel(values: NDArray[Any]) -> dict[str, float | None]:
        return {name: six_digits(value) for name, value in zip(design.channels, values, strict=True)}

    return {
        "verdict": verdict.word,
        "reasons": verdict.reasons,
        "criteria": [criterion.facts() for criterion in verdict.criteria],
        "device": asdict(measured.identity),
        "generator": asdict(measured.generator),
        "attenuator": asdict(measured.attenuator),
        "design": design.name,
        "design_hash": design.design_hash,
        "recording": {"name": recording_name, "duration_s": six_digits(body.stop_s - body.start_s)},
        "peak_v": six_digits(measured.peak_v),
        "tolerances": asdict(verdict.tolerances),
        "tokens_against_golden": None
        if verdict.digital is None
        else {"compared": verdict.digital.compared, "mismatches": verdict.digital.mismatches},
        "calibration": {"by": verdict.view} | _calibration(verdict.calibration, by_channel),
        "bands": {
            response.band: {
                "response_db": by_channel(response.response_db),
                "snr_db": by_channel(response.snr_db),
                "expected_snr_db": by_channel(response.expected_snr_db),
                "expected_noise_uv": six_digits(verdict.budget.noise_uv[i]),
                "judged": dict(zip(design.channels, map(bool, response.judged), strict=True)),
                "why_not": response.why_not,
            }
            for i, response in enumerate(verdict.bands)
        },
    }


def _calibration(found: Calibration, by_channel: Callable[[NDArray[Any]], dict[str, float | None]]) -> dict[str, Any]:
    return {
        "gain": by_channel(found.gain.value),
        "gain_error": by_channel(found.gain.error),
        "offset_uv": by_channel(found.offset_uv.value),
        "offset_error_uv": by_channel(found.offset_uv.error),
        "delay_s": rounded(found.timing.delay_s, 9),
        "delay_error_s": six_digits(found.timing_error[0]),
        "clock_ppm": rounded(1e6 * found.timing.clock, 9),
        "clock_error_ppm": six_digits(1e6 * found.timing_error[1]),
        "correlation": by_channel(found.correlation),
    }


def analog_junit(verdict: AnalogVerdict, design: Design, recording_name: str, page: Path) -> ElementTree.Element:
    """Return a suite with one test case for each criterion; a band that could not be measured is skipped."""
    identity = verdict.measured.identity
    return junit_suite(
        f"{identity.kind}, analog, on {recording_name}",
        "earloop.hil.analog",
        criteria_cases(verdict.criteria),
        {
            **what_was_judged(identity, design, recording_name),
            "report": str(page),
        },
    )


def _html(verdict: AnalogVerdict, design: Design, summary: dict[str, Any]) -> str:
    return (
        page_templates()
        .get_template("analog.html.j2")
        .render(
            verdict=verdict,
            design=design,
            summary=summary,
            judged=by_measure(verdict.criteria),
            when=now(),
            response_svg=response_figure(verdict, design),
            spectrum_svg=spectrum_figure(verdict, design),
            calibration_svg=calibration_figure(verdict, design),
        )
    )
