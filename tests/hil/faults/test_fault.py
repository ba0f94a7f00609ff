"""A fault as data: what it has by default, and what is refused in one line."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from earloop.hil.diagnosis.expected import EXPECTED, unnoticed
from earloop.hil.diagnosis.finding import Finding, FindingPlace, Symptom
from earloop.hil.faults.fault import Fault, FaultError, parse_fault
from earloop.hil.faults.kinds import FAULT_KINDS, FaultKind
from earloop.spec.validation import first_complaint


@pytest.mark.parametrize("kind", list(FaultKind))
def test_a_kind_alone_is_a_fault(design, kind):
    fault = parse_fault(kind.value).on(design, duration_s=10.0)
    assert len(fault.channels) == FAULT_KINDS[kind].channels
    assert (fault.amount is None) == (FAULT_KINDS[kind].amount is None)
    assert Fault.model_validate(fault.model_dump(mode="json")) == fault
    assert kind in EXPECTED


def test_channels_stand_behind_a_colon(design):
    assert parse_fault("stuck:T9").channels == ("T9",)
    assert parse_fault("swapped: T8, T7").on(design).channels == ("T8", "T7")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "gremlin"}, "kind = 'gremlin'"),
        ({}, "kind"),
        ({"kind": "stuck", "channels": ["T7", "T8"]}, "stuck affects 1 channel"),
        ({"kind": "swapped", "channels": ["T7"]}, "swapped affects 2 channels"),
        ({"kind": "swapped", "channels": ["T7", "T7"]}, "swapped needs different channels"),
        ({"kind": "stale", "channels": ["T7"]}, "stale affects all channels"),
        ({"kind": "reset", "lasts_s": 2.0}, "lasts_s = 2: reset has no duration"),
        ({"kind": "stuck", "amount": 2.0}, "amount = 2: stuck has no amount"),
        ({"kind": "clock", "amount": 2.0}, "amount = 2: clock needs 0.97 to 1.03"),
        ({"kind": "drop", "amount": 0.9}, "amount = 0.9: drop needs 0.0001 to 0.2"),
        ({"kind": "gain", "begins_s": -1.0}, "begins_s"),
        ({"kind": "gain", "colour": "red"}, "colour: unknown key"),
    ],
)
def test_what_does_not_go_together_is_one_line(options, message):
    with pytest.raises(ValidationError) as refused:
        Fault.model_validate(options)
    complaint = first_complaint(refused.value, Fault)
    assert message in complaint
    assert "\n" not in complaint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gremlin", "fault 'gremlin': unknown; valid: flip, drop"),
        ("reset:T7", "fault reset:T7: .*reset affects all channels"),
    ],
)
def test_a_fault_that_is_none_is_refused_by_name(text, message):
    with pytest.raises(FaultError, match=message):
        parse_fault(text)


def test_a_fault_that_a_design_or_a_recording_has_no_room_for_is_refused(design):
    with pytest.raises(FaultError, match=r"^gain: no channel Fp1; the design has T7, T9, T8, T10$"):
        parse_fault("gain:Fp1").on(design)
    with pytest.raises(FaultError, match=r"^stuck: begins at 3 s, the recording has 2.5 s$"):
        parse_fault("stuck").on(design, duration_s=2.5)


@pytest.mark.parametrize(
    "finding",
    [
        Finding(kind=Symptom.STUCK, where=FindingPlace(("T7",), 0.1), evidence="another kind", size=0.995),
        Finding(kind=Symptom.GAIN, where=FindingPlace(("T8",), 0.1), evidence="another channel", size=0.995),
        Finding(kind=Symptom.GAIN, where=FindingPlace(("T7",), 1.5), evidence="too late", size=0.995),
        Finding(kind=Symptom.GAIN, where=FindingPlace(("T7",), 0.1), evidence="another size", size=0.9),
    ],
)
def test_a_finding_that_is_wrong_in_one_thing_leaves_the_fault_unnoticed(design, finding):
    fault = parse_fault("gain").on(design)
    right = Finding(kind=Symptom.GAIN, where=FindingPlace(("T7",), 0.1), evidence="as it is", size=0.995)
    assert unnoticed(fault, [right]) is None
    assert "must be noticed as gain; found: " in unnoticed(fault, [finding])
    assert unnoticed(fault, [right, finding]) is not None
    assert unnoticed(fault, []).endswith("found: no findings")


def test_a_fault_without_an_amount_has_no_size():
    assert Fault(kind=FaultKind.GAIN).size == 0.995
    with pytest.raises(FaultError, match=r"^swapped: has no amount$"):
        Fault(kind=FaultKind.SWAPPED).size  # noqa: B018
