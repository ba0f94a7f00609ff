"""The three files of an analog verdict, beside those of `earloop.hil.reports.summary` and by its ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jinja2
import numpy as np
from numpy.typing import NDArray

from earloop.hil.analog.plots import calibration_figure, response_figure, spectrum_figure
from earloop.hil.analog.verdict import AnalogVerdict
from earloop.hil.reports.junit import JunitCase, junit_suite, what_was_judged
from earloop.hil.reports.summary import HTML_NAME, check_destination, write_files
from earloop.spec.design import Design


def write_analog_report(verdict: AnalogVerdict, design: Design, recording_name: str, out: Path) -> None:
    """Write `summary.json`, `junit.xml` and `report.html` into `out`, replacing an earlier report.

    Raises
    ------
    ReportError
        The folder holds something else, or cannot be written.
    """
    check_destination(out)
    summary = summarise_analog(verdict, design, recording_name)
    write_files(
        out, summary, analog_junit(verdict, design, recording_name, out / HTML_NAME), _html(verdict, design, summary)
    )


def summarise_analog(verdict: AnalogVerdict, design: Design, recording_name: str) -> dict[str, Any]:
    """The verdict as plain JSON values; what could not be told is null."""
    measured, found, body = verdict.measured, verdict.calibration, verdict.measured.stimulus.body

    def by_channel(values: NDArray[Any]) -> dict[str, float | None]:
        return {name: _number(value) for name, value in zip(design.channels, values, strict=True)}

    return {
        "verdict": "pass" if verdict.passed else "fail",
        "reasons": verdict.reasons,
        "device": asdict(measured.identity),
        "generator": asdict(measured.generator),
        "attenuator": asdict(measured.attenuator),
        "design": design.name,
        "design_hash": design.design_hash,
        "recording": {"name": recording_name, "duration_s": _number(body.stop_s - body.start_s)},
        "peak_v": _number(measured.peak_v),
        "tolerances": asdict(verdict.tolerances),
        "tokens_against_golden": None
        if verdict.digital is None
        else {"compared": verdict.digital.compared, "mismatches": verdict.digital.mismatches},
        "calibration": {
            "by": verdict.view,
            "gain": by_channel(found.gain.value),
            "gain_error": by_channel(found.gain.error),
            "offset_uv": by_channel(found.offset_uv.value),
            "offset_error_uv": by_channel(found.offset_uv.error),
            "delay_s": _number(found.timing.delay_s, digits=9),
            "delay_error_s": _number(found.timing_error[0]),
            "clock_ppm": _number(1e6 * found.timing.clock, digits=9),
            "clock_error_ppm": _number(1e6 * found.timing_error[1]),
            "correlation": by_channel(found.correlation),
        },
        "bands": {
            response.band: {
                "response_db": by_channel(response.response_db),
                "snr_db": by_channel(response.snr_db),
                "expected_snr_db": by_channel(response.expected_snr_db),
                "expected_noise_uv": _number(verdict.budget.noise_uv[i]),
                "judged": dict(zip(design.channels, map(bool, response.judged), strict=True)),
                "why_not": response.why_not,
            }
            for i, response in enumerate(verdict.bands)
        },
    }


def analog_junit(verdict: AnalogVerdict, design: Design, recording_name: str, page: Path) -> ElementTree.Element:
    """One test case for the bench and its wires, one for the digital half, one a band; those not judged are skipped."""
    of_bands = {miss for response in verdict.bands for miss in response.misses}
    digital = verdict.digital.trouble if verdict.digital else None
    bench = [reason for reason in verdict.reasons if reason not in of_bands and not (digital and digital in reason)]
    cases = [
        _case("gain, wires and levels are as stated", bench, None),
        _case(
            "tokens equal the golden model on the same codes",
            [digital] if digital else [],
            "the earbud gives no codes" if verdict.digital is None else None,
        ),
        *(
            _case(
                f"{response.band}: response and noise",
                response.misses,
                None if response.judged.any() else response.why_not,
            )
            for response in verdict.bands
        ),
    ]
    identity = verdict.measured.identity
    return junit_suite(
        f"{identity.kind}, analog, on {recording_name}",
        "earloop.hil.analog",
        cases,
        {
            **what_was_judged(identity, design, recording_name),
            "report": str(page),
        },
    )


def _case(name: str, misses: Sequence[str], why_not: str | None) -> JunitCase:
    if misses:
        return JunitCase(name, "failure", "; ".join(misses))
    return JunitCase(name, "skipped", why_not) if why_not else JunitCase(name)


def _html(verdict: AnalogVerdict, design: Design, summary: dict[str, Any]) -> str:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("earloop.hil.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("analog.html.j2").render(
        verdict=verdict,
        design=design,
        summary=summary,
        when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        response_svg=response_figure(verdict, design),
        spectrum_svg=spectrum_figure(verdict, design),
        calibration_svg=calibration_figure(verdict, design),
    )


def _number(value: float, digits: int = 6) -> float | None:
    """A float that JSON can hold; an infinite or undefined one is null."""
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None
