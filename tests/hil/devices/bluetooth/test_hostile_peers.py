"""Bluetooth peers that misbehave: whatever one does, the host ends in its time with one line, or bears with it."""

from __future__ import annotations

import random

import numpy as np
import pytest

from earloop.hil.devices.bluetooth import port as ble_port
from earloop.hil.devices.bluetooth.radio import connect, find_address
from earloop.hil.devices.earbud import open_link
from earloop.spec.errors import EarloopError, LinkError
from earloop.spec.golden import GoldenTokenizer

OURS = "C0:00:00:00:00:0A"


@pytest.fixture
def codes():
    return np.random.default_rng(1).integers(-99_999, 99_999, (750, 4)).astype(np.int32)


class Misbehaving:
    """The firmware behind a radio that notifies in odd sizes, spoils, forgets and floods, as a seed draws it."""

    def __init__(self, earbud, seed):
        self._earbud, self._random = earbud, random.Random(seed)
        self._habit = self._random.choice(("spoils", "forgets", "floods", "doubles", "cuts"))
        self._after = self._random.choice((0, 3, 30))
        self._heard = 0

    def write(self, data):
        self._heard += 1
        return self._earbud.write(data)

    @property
    def in_waiting(self):
        return self._earbud.in_waiting

    def read(self, size):
        said = self._earbud.read(size)
        if self._heard <= self._after:
            return said
        if self._habit == "spoils":
            return bytes(byte ^ (self._random.random() < 0.02) for byte in said)
        if self._habit == "forgets":
            return said if self._random.random() < 0.8 else b""
        if self._habit == "floods":
            return said + self._random.randbytes(2000)
        return 2 * said if self._habit == "doubles" else said[: self._random.randrange(len(said) + 1)]


@pytest.mark.parametrize("seed", range(20))
def test_a_peer_that_misbehaves_is_one_line_or_gives_what_golden_makes(air, loopback, fixed, codes, seed):
    air.switch_on(OURS, "earbud", Misbehaving(loopback, seed), mtu=random.Random(seed).choice((23, 24, 100, 247)))
    golden = GoldenTokenizer(fixed).push(codes).tokens
    try:
        with open_link(connect(OURS), fixed, None, silence_s=0.5) as link:
            link.configure(fixed.design.design_hash)
            run = link.run(codes)
        np.testing.assert_array_equal(run.tokens[run.received], golden[run.received])
    except LinkError as error:
        said = str(error)
    else:
        said = ""
    assert len(said.splitlines()) <= 1


@pytest.mark.parametrize("notified", [0, 1, 100, 3000])
def test_a_peer_that_vanishes_is_one_line_wherever_it_was(air, loopback, fixed, codes, notified):
    """In the middle of a write, too: what it notifies is the answer to one."""
    ours = air.switch_on(OURS, "earbud", loopback)

    def talk():
        with open_link(connect(OURS), fixed, None, silence_s=0.5) as link:
            ours.break_after(notified)
            link.configure(fixed.design.design_hash)
            link.run(codes)

    with pytest.raises(LinkError) as error:
        talk()
    assert "the Bluetooth connection is lost" in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_what_advertised_and_is_gone_when_it_is_connected_to_is_one_line(air):
    ours = air.switch_on(OURS, "earbud")
    assert find_address() == OURS
    air.call(ours._device.stop_advertising())
    air.peripherals.clear()
    with pytest.raises(LinkError, match=f"^{OURS}: "):
        connect(OURS, seconds=0.1)


def test_a_stack_that_takes_no_packet_ends_the_write(air, loopback, fixed, monkeypatch):
    monkeypatch.setattr(ble_port, "WRITE_S", 0.05)
    air.switch_on(OURS, "earbud", loopback)
    with open_link(connect(OURS), fixed, None, silence_s=0.5) as link:

        async def never(*arguments, **options):
            await link.line._port._loop._ended.wait()

        monkeypatch.setattr(link.line._port._client, "write_gatt_char", never)
        with pytest.raises(EarloopError, match=r"^the port failed after HELLO \(no result within 0\.05 s\)"):
            link.hello()
