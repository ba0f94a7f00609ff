"""The three files of a verdict: `summary.json` for programs, `junit.xml` for CI servers, `report.html` for people.

All are written to a scratch folder next to their destination, and moved together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.finding import Finding
from earloop.hil.judging.compare import TapComparison
from earloop.hil.judging.criterion import six_digits
from earloop.hil.judging.departure import Departure
from earloop.hil.judging.judge import IncompleteError, Verdict
from earloop.hil.judging.own_in_words import own_sample_facts
from earloop.hil.reports.junit import junit, utc
from earloop.hil.reports.page import verdict_page
from earloop.hil.reports.xml_text import xml_bytes
from earloop.hil.run.loss import LostTokens, loss_of
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError, LinkError
from earloop.system.whole import check_writable, scratch_folder, writing

SUMMARY_NAME, JUNIT_NAME, HTML_NAME = "summary.json", "junit.xml", "report.html"
TRANSCRIPT_NAME, RECORDING_NAME = "run.transcript", "recording.zarr"  # further files of a plan's case
_CASE_FILES = {TRANSCRIPT_NAME, f".{TRANSCRIPT_NAME}", RECORDING_NAME}


class ReportError(EarloopError):
    """A report cannot be written to its destination."""


def check_destination(out: Path) -> None:
    """Refuse a folder with other files than an earlier report, before any work is done.

    Raises
    ------
    ReportError
        The folder has other files, is a file, or cannot be written to.
    """
    if out.exists() and not out.is_dir():
        raise ReportError(f"{out}: is a file; name a folder with --out")
    if out.is_dir() and {path.name for path in out.iterdir()} - _CASE_FILES and not (out / SUMMARY_NAME).exists():
        raise ReportError(f"{out}: contains files that are no earlier report; choose another --out")
    check_writable(out, ReportError)


def write_report(verdict: Verdict, design: Design, recording_name: str, out: Path) -> dict[str, Any]:
    """Write the three files into `out`, replacing an earlier report; return the summary."""
    check_destination(out)
    summary = summarise(verdict, design, recording_name)
    write_files(
        out, summary, junit(verdict, design, recording_name, out / HTML_NAME), verdict_page(verdict, design, summary)
    )
    return summary


def write_files(out: Path, summary: dict[str, Any], cases: ElementTree.Element, page: str) -> None:
    """Write a verdict's three files next to `out`, then move them there together.

    Raises
    ------
    ReportError
        The folder cannot be written to.
    """
    with writing(out, ReportError), scratch_folder(out) as scratch:
        (scratch / SUMMARY_NAME).write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
        (scratch / JUNIT_NAME).write_bytes(xml_bytes(cases))
        (scratch / HTML_NAME).write_text(page, encoding="utf-8", errors="backslashreplace")
        out.mkdir(exist_ok=True)
        for file in scratch.iterdir():
            file.replace(out / file.name)


@contextmanager
def keeping_partial_report(design: Design, recording_name: str, out: Path) -> Iterator[None]:
    """If a run breaks off after some patches, write the report of these; the error then mentions it."""
    try:
        yield
    except IncompleteError as error:
        write_report(error.verdict, design, recording_name, out)
        kept = f"the report of the {error.verdict.duration_s:g} s before is in {out}"
        raise LinkError(f"{error}; {kept}, marked incomplete") from None


def summarise(verdict: Verdict, design: Design, recording_name: str) -> dict[str, Any]:
    """Return the verdict as plain JSON values; an SQNR without in-range signal is null."""
    first, worst = verdict.first_divergence, verdict.worst_band
    return {
        "verdict": verdict.word,
        "reasons": verdict.reasons,
        "unjudged": verdict.unjudged,
        "criteria": [criterion.facts() for criterion in verdict.criteria],
        "broken_off": verdict.broken_off,
        "fault": None if verdict.fault is None else verdict.fault.model_dump(mode="json"),
        "findings": [_finding(finding) for finding in verdict.findings],
        "range_losses": [asdict(loss) | {"in_words": str(loss)} for loss in verdict.range_losses],
        "device": asdict(verdict.identity),
        "design": design.name,
        "design_hash": design.design_hash,
        "recording": {
            "name": recording_name,
            "duration_s": verdict.duration_s,
            "channels": dict(zip(design.channels, verdict.stimulus.sources, strict=True)),
            "clipped_samples": verdict.stimulus.clipped,
        },
        "tokens": int(np.prod(verdict.run.tokens.shape[:3])),
        "mismatches": verdict.mismatches,
        "lost_tokens": verdict.lost_tokens,
        "tolerances": verdict.tolerances.model_dump(),
        "taps": _taps(verdict.taps),
        "first_divergence": asdict(first) if first else None,
        "departure": None if verdict.departure is None else _departure(verdict.departure),
        "sqnr_db": {quality.band: six_digits(quality.worst_db) for quality in verdict.qualities},
        "worst_sqnr": None if worst is None else {"band": worst.band, "db": six_digits(worst.worst_db)},
        "bands": {quality.band: _band(quality, design) for quality in verdict.qualities},
        "saturated_token_samples": int(verdict.golden.saturated_tokens.sum()),
        "began": utc(verdict.began),
        "elapsed_s": six_digits(verdict.elapsed_s),
        "realtime_factor": six_digits(verdict.realtime_factor),
        "converter": None if verdict.run.own_samples is None else own_sample_facts(verdict.run.own_samples),
        "loss": None if verdict.run.received is None else _loss(loss_of(verdict.run.received)),
        "embeddings": None if verdict.embeddings is None else verdict.embeddings.summary(),
        "decisions": None if verdict.decisions is None else verdict.decisions.summary(),
        "notes": list(verdict.run.notes),
        "measurements": {name: six_digits(value) for name, value in verdict.run.measurements.items()},
    }


def _taps(taps: Sequence[TapComparison]) -> dict[str, dict[str, int]]:
    """Return the counts of each tap by its name."""
    return {
        tap.tap: {
            "compared": tap.compared,
            "mismatches": tap.mismatches,
            "missing": tap.missing,
            "lost": tap.lost,
        }
        for tap in taps
    }


def _departure(departure: Departure) -> dict[str, Any]:
    """Return the first tap that differs; `first` and `patch` are null if unknown, `second_run` if there was none."""
    return {
        "in_words": str(departure.finding),
        "first": None if departure.first is None else asdict(departure.first),
        "patch": departure.patch,
        "taps": _taps(departure.taps),
        "second_run": None
        if departure.samples is None
        else {
            "samples": departure.samples,
            "realtime_factor": None if departure.realtime_factor is None else six_digits(departure.realtime_factor),
            "failed": departure.failed,
        },
    }


def _loss(loss: LostTokens) -> dict[str, int]:
    return {"tokens": loss.tokens, "bursts": len(loss.bursts), "longest_burst": loss.longest}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value,
        "channels": list(finding.where.channels),
        "begins_s": six_digits(finding.where.begins_s),
        "ends_s": six_digits(finding.where.ends_s),
        "size": six_digits(finding.size),
        "evidence": finding.evidence,
    }


def _band(quality: Any, design: Design) -> dict[str, Any]:
    def by_channel(values: NDArray[Any]) -> dict[str, Any]:
        return {name: six_digits(float(value)) for name, value in zip(design.channels, values, strict=True)}

    return {
        "sqnr_db": by_channel(quality.sqnr_db),
        "signal_uv": by_channel(quality.signal_uv),
        "error_uv": by_channel(quality.error_uv),
        "in_range": by_channel(quality.in_range),
        "golden_db": by_channel(quality.golden_db),
        "passed": {name: bool(value) for name, value in zip(design.channels, quality.passed, strict=True)},
    }
