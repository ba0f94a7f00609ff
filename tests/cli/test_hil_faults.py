"""`earloop hil faults` and `earloop hil run --fault`: the list, the verdict, and what is refused."""

from __future__ import annotations

import pytest

from earloop.hil.faults.kinds import FaultKind


def test_every_fault_is_listed_with_what_may_be_said_of_it(earloop):
    ended = earloop("hil", "faults")
    assert ended.status == 0
    first_words = [line.split()[0] for line in ended.out.splitlines() if line[:1].strip()]
    assert first_words == ["fault", *(kind.value for kind in FaultKind)]


def test_a_fault_that_is_noticed_ends_with_0_and_says_how(earloop, session, tmp_path):
    ended = earloop(
        "hil", "run", "--device", "golden", "--recording", session, "--fault", "gain:T9", "--out", tmp_path / "out"
    )
    assert ended.status == 0, ended
    assert "noticed: the fault gain of T9" in ended.out
    assert "seems wrong: gain (T9, from" in ended.out


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("gremlin", "fault 'gremlin': unknown; valid: flip"),
        ("gain:Fp1", "gain: no channel Fp1"),
        ("drop", "drop: golden has no line on which to inject faults"),
        ("stale:T7", "stale affects all channels"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_in_one_line(refused, session, tmp_path, fault, message):
    out = tmp_path / "out"
    assert message in refused(
        "hil", "run", "--device", "golden", "--recording", session, "--fault", fault, "--out", out
    )


def test_a_second_fault_is_refused_and_not_dropped(refused, session, tmp_path):
    two = ("--fault", "gain:T9", "--fault", "lead-off:T7")
    message = refused("hil", "run", "--device", "golden", "--recording", session, *two, "--out", tmp_path / "out")
    assert message.startswith("--fault: 2 were given, a run has one")
