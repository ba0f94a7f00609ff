"""Earbuds by Bluetooth: the real firmware behind a virtual radio, through bleak, judged as any other device."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hil.devices.bluetooth.earbud import BleEarbud
from earloop.hil.devices.bluetooth.radio import connect, find_address
from earloop.hil.devices.discovery import Standing, ble_devices
from earloop.hil.devices.earbud import open_link
from earloop.hil.devices.replayed import DeviceError
from earloop.hil.judging.judge import judge
from earloop.hil.judging.tolerances import Tolerances
from earloop.spec.errors import EarloopError, LinkError
from earloop.spec.framing import FrameSplitter, decode_frame
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import MessageType
from earloop.spec.signal_messages import Tokens
from tests.hil.transcript.short_run import short_recording

OURS, OTHER = "C0:00:00:00:00:0A", "C0:00:00:00:00:0B"


@pytest.mark.parametrize("mtu", [23, 247])
def test_a_recording_goes_through_whatever_a_packet_carries(air, loopback, fixed, codes_10s, mtu):
    air.switch_on(OURS, "earbud", loopback, mtu=mtu)
    with BleEarbud(fixed) as earbud:
        assert earbud.identity.kind == "ble"
        assert earbud.identity.name.startswith(f"earbud at {OURS}, chip ")
        verdict = judge(earbud, codes_10s, fixed)
    assert verdict.passed, verdict.reasons
    assert verdict.run.measurements["line_faults"] == 0
    assert air.peripherals[0].connections == 1


def test_the_earbuds_service_is_what_is_looked_for(air, loopback, fixed):
    air.switch_on(OURS, "earbud", loopback)
    (found,) = ble_devices(fixed)
    assert (found.kind, found.where, found.description) == ("ble", OURS, "earbud")
    assert found.answer.standing is Standing.READY
    assert found.answer.hello.design_hash.hex() == fixed.design.design_hash


def test_two_earbuds_of_one_name_are_both_named_and_told_apart_by_address(air, loopback, fixed):
    air.switch_on(OURS, "earbud", loopback)
    other = air.switch_on(OTHER, "earbud")
    with pytest.raises(
        EarloopError, match=rf"^ble: 2 earbuds named earbud advertise: {OURS} .*{OTHER} .*; choose one with --address$"
    ):
        BleEarbud(fixed, name="earbud").__enter__()
    with BleEarbud(fixed, OURS) as earbud:
        assert earbud.identity.design_hash == fixed.design.design_hash
    assert other.connections == 0


def test_an_earbud_is_chosen_by_the_name_that_it_advertises(air):
    air.switch_on(OURS, "left")
    air.switch_on(OTHER, "right")
    assert find_address("right") == OTHER
    with pytest.raises(EarloopError, match=rf"^ble: no earbud named up advertises; found: {OURS} \(left\)"):
        find_address("up")


def test_nobody_on_the_air_is_one_line(air):
    with pytest.raises(EarloopError, match=r"^ble: no earbud advertises; is it switched on"):
        find_address()
    with pytest.raises(LinkError, match=f"^{OURS}: no earbud advertises there"):
        connect(OURS, seconds=0.1)


def test_what_advertises_the_service_and_has_it_not_is_no_earbud(air):
    air.switch_on(OURS, "liar", service="e4a2ffff-6f3b-4c58-9d1e-7b0c5a2f8d46")
    with pytest.raises(LinkError, match=f"^{OURS}: lacks the earbud service e4a20001-"):
        connect(OURS)


@pytest.fixture
def codes():
    return np.random.default_rng(1).integers(-99_999, 99_999, (2000, 4)).astype(np.int32)


def linked(fixed, **options):
    return open_link(connect(OURS), fixed, None, reopen=lambda: connect(OURS), **options)


def said_since_hello(emitted):
    """Each frame that the firmware said from its last HELLO on."""
    frames = [decode_frame(stuffed) for stuffed in FrameSplitter().push(emitted)]
    begun = max(i for i, frame in enumerate(frames) if frame.type is MessageType.HELLO)
    return frames[begun:]


def test_all_that_a_lost_connection_cost_is_accounted_for(air, loopback, fixed, codes):
    ours = air.switch_on(OURS, "earbud", loopback)
    namesake = air.switch_on(OTHER, "earbud")
    ours.break_after(9_000)
    with linked(fixed) as link:
        link.configure(fixed.design.design_hash)
        run = link.run(codes, resume=True)
        heard = link.line.frames
    assert (ours.connections, namesake.connections) == (2, 0)
    assert [segment.first for segment in run.segments] == [0], "the earbud went on: nothing began anew"

    said = said_since_hello(ours.emitted)
    lost = sum(loss.count for loss in run.losses)
    assert lost > 0
    assert (run.stale, heard + lost) == (0, len(said))
    missed = {loss.first + i for loss in run.losses for i in range(loss.count)}
    tokens = [Tokens.unpack(f.payload, 50) for f in said if f.type is MessageType.TOKENS and f.sequence in missed]
    assert {(t.patch_index, t.channel, t.band) for t in tokens} == set(map(tuple, np.argwhere(~run.received)))
    golden = GoldenTokenizer(fixed).push(codes).tokens
    np.testing.assert_array_equal(run.tokens[run.received], golden[run.received])


def test_an_earbud_that_reboots_with_the_connection_goes_on_where_nothing_is_lost(air, loopback, fixed, codes):
    ours = air.switch_on(OURS, "earbud", loopback)
    ours.break_after(20_000, reboot=lambda: loopback.reset(boots=1))
    with linked(fixed) as link:
        link.configure(fixed.design.design_hash)
        run = link.run(codes, resume=True)
    first, second = run.segments
    assert (first.boots, second.boots) == (0, 1)
    assert second.first % 250 == 0
    assert run.received[second.first // 250 :].all()
    anew = GoldenTokenizer(fixed).push(codes[second.first :]).tokens
    np.testing.assert_array_equal(run.tokens[second.first // 250 :], anew)


def test_after_a_lost_connection_the_same_earbud_is_taken_and_not_its_namesake(air, loopback, fixed):
    """Its loss is held to the limit, and without one allows of no verdict."""
    ours = air.switch_on(OURS, "earbud", loopback)
    namesake = air.switch_on(OTHER, "earbud")
    recording = short_recording(fixed.design)
    with BleEarbud(fixed, OURS) as earbud:
        ours.break_after(9_000)
        verdict = judge(earbud, recording, fixed, tolerances=Tolerances(lost_tokens=1000))
        assert (ours.connections, namesake.connections) == (2, 0)
        assert verdict.passed, verdict.reasons
        assert verdict.lost_tokens == (~verdict.run.received).sum() > 0
        ours.break_after(9_000)
        with pytest.raises(DeviceError, match=r"^ble: \d+ of 288 tokens missing, .*: lost on the line; run it again$"):
            judge(earbud, recording, fixed)
    assert (ours.connections, namesake.connections) == (3, 0)


def test_an_earbud_that_does_not_come_back_is_one_line(air, loopback, fixed, codes):
    ours = air.switch_on(OURS, "earbud", loopback)
    with open_link(connect(OURS), fixed, None) as link:
        link.configure(fixed.design.design_hash)
        ours.break_after(9_000)
        with pytest.raises(LinkError, match=r"^the port failed after sample \d+ \(the Bluetooth connection is lost\)"):
            link.run(codes)
