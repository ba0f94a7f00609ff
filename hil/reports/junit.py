"""A verdict as a JUnit file, which every CI server reads.

The file is valid by both schemas of Jenkins: the strict old one, in which `skipped` is plain text and the properties of
a suite come first, and the present one, which requires `failures` and `errors` of every suite (jenkins-junit.xsd, and
junit-10.xsd of https://github.com/jenkinsci/xunit-plugin). Times are in seconds; a timestamp is in UTC, without a zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree

from earloop.hil.judging.criterion import Criterion, CriterionState
from earloop.spec.design import Design

if TYPE_CHECKING:
    from earloop.hil.judging.judge import Verdict
    from earloop.hil.run.device import Identity


@dataclass(frozen=True, kw_only=True)
class JunitCase:
    """One test case.

    ended : the result if it is not success
    why : the reason for it
    elapsed_s : duration of this case alone, if measured
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
    """Return a test suite; empty properties are left out."""
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
    if present := {key: value for key, value in properties.items() if value}:
        block = ElementTree.SubElement(suite, "properties")
        for key, value in present.items():
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
    """Return an instant to the second in UTC, in the format of JUnit's timestamps."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def junit(verdict: Verdict, design: Design, recording_name: str, page: Path) -> ElementTree.Element:
    """Return a suite with one test case for each criterion with a limit; see `criteria_cases`.

    The comparison by a decoder is a property. The suite's time is that of the run; the cases of the run have no time.
    """
    identity = verdict.identity
    return junit_suite(
        f"{identity.kind} on {recording_name}",
        f"earloop.hil.{identity.kind}",
        criteria_cases(verdict.criteria),
        {
            **what_was_judged(identity, design, recording_name),
            "verdict": verdict.word,
            "report": str(page),
            "decoder": "" if verdict.decisions is None else str(verdict.decisions),
        },
        verdict.began,
        verdict.elapsed_s,
    )


def criteria_cases(criteria: Iterable[Criterion]) -> list[JunitCase]:
    """Return a test case for each criterion: a failed one is a failure, one without a judgement an error.

    A criterion without a limit has a skipped case if it has a reason, and otherwise none.
    """
    cases = []
    for criterion in criteria:
        why = criterion.message
        if criterion.state is CriterionState.NOT_ASKED:
            cases += [JunitCase(name=criterion.name, ended="skipped", why=why)] if why else []
        elif criterion.state is CriterionState.PASSED:
            cases.append(JunitCase(name=criterion.name))
        elif criterion.state is CriterionState.FAILED:
            cases.append(JunitCase(name=criterion.name, ended="failure", why=why))
        else:
            cases.append(JunitCase(name=criterion.name, ended="error", why=f"{criterion.state.value}: {why}"))
    return cases


def what_was_judged(identity: Identity, design: Design, recording_name: str) -> dict[str, str]:
    """Return the properties of a suite: device, design and recording."""
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
