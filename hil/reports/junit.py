"""A verdict as a JUnit file, which every CI reads.

What is written keeps to Jenkins' schemas, the strict old one, in which `skipped` is plain text and a suite has its
properties first, and the present one, which wants `failures` and `errors` of every suite (jenkins-junit.xsd, and
junit-10.xsd of https://github.com/jenkinsci/xunit-plugin). Times are in seconds; a timestamp is in UTC, without a zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree

from earloop.spec.design import Design

if TYPE_CHECKING:
    from earloop.hil.run.device import Identity
from earloop.hil.judging.judge import Verdict


@dataclass(frozen=True)
class JunitCase:
    """One test case.

    ended : in what, other than in success
    why : of that
    elapsed_s : where it was measured of this case by itself
    """

    name: str
    ended: Literal["failure", "error", "skipped"] | None = None
    why: str = ""
    elapsed_s: float | None = None


def junit_suite(
    name: str,
    classname: str,
    cases: Sequence[JunitCase],
    properties: Mapping[str, str],
    began: datetime | None = None,
    elapsed_s: float | None = None,
) -> ElementTree.Element:
    """A test suite; properties that are empty are left out."""
    count = {ended: str(sum(case.ended == ended for case in cases)) for ended in ("failure", "error", "skipped")}
    suite = ElementTree.Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=count["failure"],
        errors=count["error"],
        skipped=count["skipped"],
    )
    if elapsed_s is not None:
        suite.set("time", _seconds(elapsed_s))
    if began is not None:
        suite.set("timestamp", utc(began))
    if told := {key: value for key, value in properties.items() if value}:
        block = ElementTree.SubElement(suite, "properties")
        for key, value in told.items():
            ElementTree.SubElement(block, "property", name=key, value=value)
    for case in cases:
        element = ElementTree.SubElement(suite, "testcase", classname=classname, name=case.name)
        if case.elapsed_s is not None:
            element.set("time", _seconds(case.elapsed_s))
        if case.ended == "skipped":
            ElementTree.SubElement(element, "skipped").text = case.why
        elif case.ended is not None:
            ElementTree.SubElement(element, case.ended, message=case.why)
    return suite


def utc(instant: datetime) -> str:
    """An instant to the second, in UTC, as JUnit's timestamps are."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def junit(verdict: Verdict, design: Design, recording_name: str, page: Path) -> ElementTree.Element:
    """One test case a tap and one a band, and one each for what may be lost, clipped or depart where that has a limit.

    What it does to a decoder is a property. A run that was broken off, or an input of which nothing can be said, is one
    more case, in error. With a fault brought about on purpose, one alone: that it is noticed. The suite's time is that
    of the run; all cases are of that one run, and have no time of their own.
    """
    identity = verdict.identity
    compared = [JunitCase(name, "failure" if why else None, why or "") for name, why in _compared(verdict, design)]
    return junit_suite(
        f"{identity.kind} on {recording_name}",
        f"earloop.hil.{identity.kind}",
        [*compared, *_not_judged(verdict)],
        {
            **what_was_judged(identity, design, recording_name),
            "verdict": verdict.word,
            "report": str(page),
            "decoder": "" if verdict.decoded is None else str(verdict.decoded),
        },
        verdict.began,
        verdict.elapsed_s,
    )


def what_was_judged(identity: Identity, design: Design, recording_name: str) -> dict[str, str]:
    """Properties of a suite: which device, of which design, on what."""
    return {
        "device": f"{identity.kind}: {identity.name}",
        "serial": identity.serial,
        "build": identity.build,
        "design": design.name,
        "design_hash": design.design_hash,
        "recording": recording_name,
    }


def _seconds(elapsed_s: float) -> str:
    return f"{elapsed_s:.3f}"


def _not_judged(verdict: Verdict) -> list[JunitCase]:
    """What kept the run from being judged."""
    errors = []
    if verdict.broken_off is not None:
        errors.append(JunitCase("the device runs to the end", "error", f"incomplete: {verdict.broken_off}"))
    if verdict.unjudged:
        errors.append(JunitCase("the input can be judged", "error", f"not judged: {'; '.join(verdict.unjudged)}"))
    return errors


def _compared(verdict: Verdict, design: Design) -> list[tuple[str, str | None]]:
    """Names, and what is wrong, None where nothing is."""
    if verdict.fault is not None:
        return [(f"the fault {verdict.fault} is noticed", next(iter(verdict.reasons), None))]
    limits = verdict.tolerances
    own = verdict.run.own
    cases = [
        (f"{tap.tap} equals the {'converter' if tap.tap == 'codes' else 'golden'} model", limits.of_tap(tap))
        for tap in verdict.taps
    ]
    for quality in verdict.qualities:
        failed = [design.channels[i] for i in quality.failed_channels]
        worst = f"{quality.worst_db:.1f} dB at {', '.join(failed)}" if failed else None
        cases.append((f"{quality.band} reaches {quality.wanted_db:g} dB", worst))
    if verdict.run.there is not None:
        cases.append((f"{limits.lost_tokens} tokens lost at most", limits.of_loss(verdict.lost_tokens)))
    if limits.saturated_share < 1:
        share = limits.of_saturation(verdict.saturated_share)
        cases.append((f"{limits.saturated_share:.3%} of token samples clipped at most", share))
    if verdict.decisions is not None and limits.min_cosine is not None:
        name = f"embeddings have a cosine of {limits.min_cosine:g} or more"
        cases.append((name, limits.of_cosine(verdict.decisions)))
    if verdict.decoded is not None and (limit := limits.on_decoded(verdict.decoded)) is not None:
        name = f"{verdict.decoded.measure}: {verdict.decoded.allowed(limit)}"
        cases.append((name, limits.of_decoded(verdict.decoded)))
    if own is not None:
        cases.append((f"{limits.converter_restarts} restarts of the converter at most", limits.of_restarts(own)))
    if own is not None and limits.max_clock_ppm is not None and not own.emulated:
        cases.append((f"the clock within {limits.max_clock_ppm:g} ppm", limits.of_clock(own)))
    return cases
