"""A device that is unplugged in mid-run: what came until then is kept, and never taken for a verdict."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from earloop.firmware.loopback import Loopback
from earloop.hil.devices.earbud import identify, run_and_count, run_once
from earloop.hil.judging.judge import IncompleteError, judge
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.plan import run as plan_run
from earloop.hil.plan.plan import load_plan
from earloop.hil.plan.run import CaseStatus, run_plan
from earloop.hil.reports.summary import keeping_partial_report
from earloop.recordings import write_session
from earloop.spec.errors import LinkError
from tests.hil.conftest import AlteredDevice

LINE = r"^the port failed after sample \d+ \(\[Errno 5\] Input/output error\): is the earbud still plugged in\?"


class Unplugged(Loopback):
    """The firmware behind a plug that is pulled after `reads` reads that brought something."""

    reads = 0

    def read(self, size=1):
        self.reads -= 1
        if self.reads == 0:
            raise OSError(5, "Input/output error")
        return super().read(size)


class PulledEarbud:
    """An earbud on such a port, as a device; `procedure` is how it is run."""

    def __init__(self, fixed, reads, procedure=run_once):
        self._fixed, self._procedure = fixed, procedure
        self.port = Unplugged(fixed)
        self._link = EarbudLink(self.port, fixed, clock=self.port, silence_s=2.0)
        self.identity, self.offered = identify("serial", "earbud on a plug", self._link, None)
        self.port.reads = reads

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._link.close()

    def run(self, codes, advance):
        return self._procedure(self._link, self._fixed, codes, advance)


@pytest.fixture
def incomplete(fixed, codes_10s):
    with pytest.raises(IncompleteError, match=LINE) as caught:
        judge(PulledEarbud(fixed, reads=40), codes_10s, fixed)
    return caught.value.verdict


def test_what_came_is_compared_with_the_golden_model(incomplete):
    assert 0 < incomplete.duration_s < 10
    assert incomplete.duration_s % 0.25 == 0, "whole patches"
    (tokens,) = incomplete.taps
    assert tokens.compared == round(incomplete.duration_s * 200) * 4 * 12
    assert (tokens.mismatches, tokens.missing, incomplete.lost_tokens) == (0, 0, 0)
    assert not incomplete.passed
    assert len(incomplete.reasons) == 1


def test_the_report_says_in_each_of_its_files_that_it_is_incomplete_and_why(incomplete, fixed, tmp_path):
    out = tmp_path / "out"
    with (
        pytest.raises(LinkError, match=rf"{LINE}; the report of the [\d.]+ s before is in {out}, marked incomplete$"),
        keeping_partial_report(fixed.design, "a.zarr", out),
    ):
        raise IncompleteError(incomplete)
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["verdict"], summary["broken_off"]) == ("incomplete", incomplete.broken_off)
    assert summary["recording"]["duration_s"] == incomplete.duration_s
    suite = ElementTree.parse(out / "junit.xml").getroot()
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")
    assert len(suite.findall("testcase")) == int(suite.get("tests"))
    (error,) = suite.iter("error")
    assert error.get("message") == f"incomplete: {incomplete.broken_off}"
    page = (out / "report.html").read_text()
    assert "INCOMPLETE" in page
    assert "is the earbud still plugged in?" in page


def test_a_plug_that_is_pulled_while_instructions_are_counted_leaves_all_tokens(fixed, codes_10s):
    short = replace(codes_10s, data=codes_10s.data[:500])
    whole = PulledEarbud(fixed, reads=10_000)
    whole.run(short.data, lambda done: None)
    in_the_first_run = 10_000 - whole.port.reads
    with pytest.raises(IncompleteError, match="in the run that counts instructions") as caught:
        judge(PulledEarbud(fixed, in_the_first_run + 10, run_and_count), short, fixed)
    assert caught.value.verdict.duration_s == 0.5


def test_a_plug_that_is_pulled_before_the_first_patch_leaves_nothing_to_keep(fixed, codes_10s):
    with pytest.raises(LinkError, match="the port failed after") as caught:
        judge(PulledEarbud(fixed, reads=5), codes_10s, fixed)
    assert not isinstance(caught.value, IncompleteError)


def test_a_plan_counts_it_as_could_not_run_keeps_what_came_and_runs_it_again(fixed, codes_10s, tmp_path, monkeypatch):
    write_session(codes_10s, tmp_path / "mine.zarr")
    (tmp_path / "plan.toml").write_text('[recordings.mine]\nfile = "mine.zarr"\n[devices.plug]\nkind = "serial"\n')
    plan, out = load_plan(tmp_path / "plan.toml"), tmp_path / "out"

    def run(reads):
        monkeypatch.setattr(plan_run, "open_faulty", lambda *_: PulledEarbud(fixed, reads))
        return run_plan(plan, out, lambda case, samples: nullcontext(lambda done: None))[0]

    broken = run(reads=40)
    assert broken.status is CaseStatus.COULD_NOT_RUN
    assert "is the earbud still plugged in?" in broken.reasons[0]
    assert json.loads((out / broken.case / "summary.json").read_text())["verdict"] == "incomplete"
    assert ElementTree.parse(out / "junit.xml").getroot().get("errors") == "1"
    again = run(reads=100_000)
    assert (again.status, again.kept) == (CaseStatus.PASS, False)


def test_what_was_wrong_before_it_broke_off_is_said_too(fixed, codes_10s, incomplete):
    """The same comparison as of a whole run: one that differs is named beside the reason."""

    def alter(run):
        run.tokens[2, 1, 2, 7] += 5
        return run

    whole = judge(AlteredDevice(fixed, alter), codes_10s, fixed)

    class Wrong(PulledEarbud):
        def run(self, codes, advance):
            try:
                return super().run(codes, advance)
            except LinkError as error:
                error.tokens[2, 1, 2, 7] += 5
                raise

    with pytest.raises(IncompleteError) as caught:
        judge(Wrong(fixed, 40), codes_10s, fixed)
    assert caught.value.verdict.first_divergence == whole.first_divergence
    assert len(caught.value.verdict.reasons) == 2
