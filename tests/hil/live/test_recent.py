"""What is said of a device while it runs: the right fault, while it is there and not when it is long over."""

from __future__ import annotations

import pytest

from earloop.hil.diagnosis.expected import EXPECTED
from earloop.hil.diagnosis.finding import Symptom
from earloop.hil.faults.fault import parse_fault
from earloop.hil.faults.kinds import FAULT_KINDS, Family, FaultKind
from earloop.hil.live.recent import WINDOW_S
from earloop.sim import convert
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.synth_data import synthesise
from tests.hil.live.test_bench import at_sample, ran

BEGINS, ENDS, LASTS = 3000, 10_000, [kind for kind, facts in FAULT_KINDS.items() if facts.spans]


@pytest.fixture(scope="module")
def long_codes(design):
    """Time enough for a fault to come, to go, and to be forgotten."""
    session = synthesise(design, duration_s=ENDS / 1000 + WINDOW_S + 2, seed=4)
    return to_stimulus(convert(session, design, seed=4), design).codes


def said(bench, sample, monkeypatch):
    """What is found when so many samples have left; a list that the run fills."""
    found = []
    at_sample(bench, sample, lambda: found.append(bench.diagnose()), monkeypatch)
    return found


@pytest.mark.parametrize("kind", LASTS)
def test_a_fault_is_named_while_it_is_there_and_forgotten_when_it_is_over(make_bench, long_codes, kind, monkeypatch):
    of_link = FAULT_KINDS[kind].family is Family.LINK
    bench = make_bench("loopback" if of_link else "golden", codes=long_codes)
    before, during, after = (said(bench, sample, monkeypatch) for sample in (BEGINS, ENDS, len(long_codes)))
    at_sample(bench, BEGINS, lambda: bench.inject(parse_fault(kind.value)), monkeypatch)
    at_sample(bench, ENDS, lambda: bench.inject(None), monkeypatch)
    ran(bench)
    assert (before, after) == ([[]], [[]])
    ((finding,),) = during
    assert finding.kind in EXPECTED[kind].accepted
    if not of_link:
        channels = parse_fault(kind.value).on(bench.fixed.design).channels
        assert set(finding.where.channels) == set(channels)
        assert finding.where.begins_s == pytest.approx(BEGINS / 1000, abs=0.3)


@pytest.mark.parametrize(
    ("device", "kind", "symptom"),
    [
        ("golden", FaultKind.RESET, Symptom.RESTARTED),
        ("loopback", FaultKind.RESET, Symptom.RESTARTED),
        ("golden", FaultKind.LOST, Symptom.SAMPLES_MISSING),
        ("golden", FaultKind.CLOCK, Symptom.CLOCK),
    ],
)
def test_what_does_not_pass_is_named(make_bench, codes, device, kind, symptom, monkeypatch):
    bench = make_bench(device, codes=codes)
    at_sample(bench, BEGINS, lambda: bench.inject(parse_fault(kind.value)), monkeypatch)
    ran(bench)
    (finding,) = bench.diagnose()
    assert (finding.kind, finding.where.channels) == (symptom, ())
    assert finding.where.begins_s == pytest.approx(BEGINS / 1000, abs=0.6)


def test_a_fault_of_a_later_part_of_the_pass_has_its_time_in_the_pass(make_bench, long_codes, monkeypatch):
    bench = make_bench("golden", codes=long_codes)
    at_sample(bench, 16_000, lambda: bench.inject(parse_fault("stuck:T9")), monkeypatch)
    ran(bench)
    (finding,) = bench.diagnose()
    assert (finding.kind, finding.where.channels) == (Symptom.STUCK, ("T9",))
    assert finding.where.begins_s == pytest.approx(16.0, abs=0.3)


def test_nothing_is_said_before_anything_was_run(make_bench):
    assert make_bench("golden").diagnose() == []
