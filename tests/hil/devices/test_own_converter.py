"""An earbud that takes samples by itself: its clock, what the line loses, and an earbud that cannot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earloop.firmware.converter import ChipBus
from earloop.firmware.loopback import Loopback
from earloop.hil.devices.earbud import RealEarbud
from earloop.hil.devices.own_converter import converter_of, take_samples
from earloop.hil.devices.replayed import acquired
from earloop.hil.faults.lossy_port import NO_FAULTS, FaultProxy, FaultRates
from earloop.hil.judging.judge import IncompleteError, judge_replayed
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.reports.as_recording import LOST, as_recording
from earloop.hil.run.device import DeviceRun, Identity
from earloop.sim.ads1299 import Ads1299, ChipErrors, FunctionInputs
from earloop.spec.errors import LinkError
from earloop.spec.messages import Hello, SampleSource, Tap

PINS = ("IN1P", "IN2P", "IN3P", "IN4P")


@pytest.fixture
def bus():
    """A chip with 100 uV of 7 Hz on each electrode, against a reference at 0 V."""
    waves = {pin: lambda t, i=i: 1e-4 * np.sin(2 * np.pi * 7 * t + i) for i, pin in enumerate(PINS)}
    inputs = FunctionInputs({**waves, "SRB1": lambda t: 0.0 * t})
    return ChipBus(Ads1299(inputs, 4, rng=np.random.default_rng(3), part=ChipErrors.ideal()))


class BySamples:
    """A host's clock, by which the converter takes `rate_hz` samples a second."""

    def __init__(self, bus, rate_hz):
        self._bus, self._rate_hz = bus, rate_hz

    def now(self):
        return self._bus.chip.cycle / self._bus.chip.clock_hz * 1000.0 / self._rate_hz


def replayed(run, fixed):
    identity = Identity(kind="serial", name="earbud", design_hash=fixed.design.design_hash, build="")
    return acquired(identity, fixed.design.channels, run, 1.0, fixed.design)


def test_the_clock_of_a_real_earbud_is_told_and_held_to_its_limit(fixed, bus):
    with EarbudLink(Loopback(fixed, bus=bus), fixed, clock=BySamples(bus, 1000.4)) as link:
        run = take_samples(
            link, fixed, 5500, lambda samples: None, source=SampleSource.SPI, taps=Tap.CODES | Tap.TOKENS
        )
    clock = run.own_samples.clock
    assert clock.drift_ppm == pytest.approx(400, abs=30)
    assert judge_replayed(replayed(run, fixed), fixed, Tolerances(max_clock_ppm=600)).passed
    verdict = judge_replayed(replayed(run, fixed), fixed, Tolerances(max_clock_ppm=100))
    assert [reason.split(":")[0] for reason in verdict.reasons] == ["clock"]
    assert "within 100 ppm wanted" in verdict.reasons[0]
    too_short = replace(run, own_samples=replace(run.own_samples, clock=None, no_clock="12 arrivals"))
    (reason,) = judge_replayed(replayed(too_short, fixed), fixed, Tolerances(max_clock_ppm=100)).reasons
    assert reason == "clock: within 100 ppm wanted, but it is unknown: 12 arrivals"
    emulated = replace(run, own_samples=replace(run.own_samples, emulated=True))
    assert judge_replayed(replayed(emulated, fixed), fixed, Tolerances(max_clock_ppm=100)).passed


@pytest.fixture
def with_a_gap(fixed, bus):
    """A run of which the line loses most frames after samples 500 to 750, of 1000."""
    port = Loopback(fixed, bus=bus)
    proxy = FaultProxy(port, NO_FAULTS, 1)

    def advance(samples):
        proxy.set_rates(FaultRates(drop=0.8) if 500 <= samples < 750 else NO_FAULTS)

    with EarbudLink(proxy, fixed, clock=port) as link:
        return take_samples(link, fixed, 1000, advance, source=SampleSource.SPI, taps=Tap.CODES | Tap.TOKENS)


def test_what_follows_a_lost_sample_is_counted_and_not_judged(fixed, with_a_gap):
    own_samples = with_a_gap.own_samples
    (segment,) = own_samples.segments
    judged = segment.judged(own_samples.block)
    assert 0 < own_samples.lost < own_samples.taken
    assert judged <= int(segment.received.argmin()) < judged + own_samples.block
    verdict = judge_replayed(replayed(with_a_gap, fixed), fixed)
    tokens_a_patch = len(fixed.design.channels) * len(fixed.design.bands)
    behind = (own_samples.taken // own_samples.block - judged // own_samples.block) * tokens_a_patch
    assert verdict.lost_tokens == behind + int((~with_a_gap.received).sum())
    assert verdict.mismatches == 0
    (tokens,) = (tap for tap in verdict.taps if tap.tap == "tokens")
    assert tokens.lost == int((~with_a_gap.received).sum()) * fixed.design.tokens.patch
    assert tokens.compared == with_a_gap.tokens.size - tokens.lost
    assert any("tokens lost on the line" in reason for reason in verdict.reasons)
    assert judge_replayed(replayed(with_a_gap, fixed), fixed, Tolerances(lost_tokens=10_000)).passed


def test_what_the_line_loses_of_other_taps_is_counted_and_fails_only_where_no_token_may_be_lost(fixed, bus):
    port = Loopback(fixed, bus=bus)
    proxy = FaultProxy(port, FaultRates(drop=0.01), 9)
    taps = Tap.CODES | Tap.TOKENS | Tap.DECIMATED
    with EarbudLink(proxy, fixed, clock=port) as link:
        run = take_samples(link, fixed, 2000, lambda samples: None, source=SampleSource.SPI, taps=taps)
    strict, lax = (judge_replayed(replayed(run, fixed), fixed, Tolerances(lost_tokens=lost)) for lost in (0, 10_000))
    (decimated,) = (tap for tap in lax.taps if tap.tap == "decimated")
    lost = int((~run.taps_received["decimated"]).sum()) * len(fixed.design.channels)
    assert (decimated.lost, decimated.missing, decimated.mismatches) == (lost, 0, 0)
    assert decimated.compared == run.taps["decimated"].size - lost
    assert lost > 0
    assert f"decimated: {lost:,} values lost on the line" in strict.reasons
    assert lax.passed, lax.reasons


def test_a_gap_is_held_and_annotated_in_what_is_kept(fixed, with_a_gap):
    own_samples = with_a_gap.own_samples
    (segment,) = own_samples.segments
    kept = as_recording(
        own_samples,
        Identity(kind="serial", name="earbud", design_hash=fixed.design.design_hash, build=""),
        fixed.design,
    )
    assert kept.data.shape == segment.codes.shape
    np.testing.assert_array_equal(kept.data[segment.received], segment.codes[segment.received])
    gap = int(segment.received.argmin())
    np.testing.assert_array_equal(kept.data[gap], segment.codes[gap - 1])
    assert {note.label for note in kept.annotations} == {LOST}
    spanned = sum(round(note.duration_s * kept.sfreq) for note in kept.annotations)
    assert spanned == own_samples.lost


def test_each_restart_is_annotated_in_what_is_kept(fixed, bus_earbud, alpha):
    from tests.hil.devices.conftest import At

    with bus_earbud(At(300, "flip")) as device:
        run = device.run(np.zeros((500, 4), np.int32), lambda samples: None)
    kept = as_recording(run.own_samples, device.identity, fixed.design)
    assert [(note.label, note.onset_s) for note in kept.annotations] == [
        ("BAD converter restarted", run.own_samples.segments[1].first / 1000)
    ]


class OnLoopback(RealEarbud):
    """A real earbud, as far as its class can tell."""

    kind = "serial"

    def __init__(self, fixed, port):
        super().__init__(fixed, 5.0, None, None)
        self._loopback = port

    def _connect(self):
        return self._loopback, "earbud on a loopback"

    def _reopen(self):
        raise LinkError("gone")


@pytest.mark.parametrize(("kind", "taps"), [("serial", {"decimated", "notched"}), ("ble", set())])
def test_a_real_earbud_gives_samples_and_all_that_its_line_carries(fixed, bus, kind, taps):
    earbud = OnLoopback(fixed, Loopback(fixed, bus=bus))
    earbud.kind = kind
    with earbud:
        run = earbud.acquire(500, lambda samples: None)
    assert judge_replayed(replayed(run, fixed), fixed).passed
    assert set(run.taps) == taps, "a line of unknown speed carries codes and tokens alone"
    assert run.own_samples.no_clock.endswith("acquire for longer")


def test_an_earbud_without_its_converter_is_one_line(fixed):
    with (
        OnLoopback(fixed, Loopback(fixed)) as earbud,
        pytest.raises(
            LinkError, match=r"^the earbud does not start: CONVERTER_ID: no converter answers, or one of another type$"
        ),
    ):
        earbud.acquire(500, lambda samples: None)


def test_an_earbud_that_takes_samples_from_the_host_only_is_one_line(fixed):
    with EarbudLink(Loopback(fixed), fixed) as link:
        hello: Hello = link.hello()
    with pytest.raises(LinkError, match="the earbud has no converter: it accepts samples from the host only"):
        converter_of(replace(hello, sources=int(SampleSource.INJECTED)))


def test_an_earbud_that_restarts_meanwhile_keeps_what_came(fixed, bus):
    port = Loopback(fixed, bus=bus)

    def advance(samples):
        if samples >= 500:
            port.reset(boots=1)

    with EarbudLink(port, fixed, clock=port) as link:
        run = take_samples(
            link, fixed, 1000, advance, source=SampleSource.SPI, taps=Tap.CODES | Tap.TOKENS, emulated=True
        )
    assert run.own_samples.broken_off.startswith("earbud restarted: boot count 1, was 0")
    with pytest.raises(IncompleteError) as caught:
        judge_replayed(replayed(run, fixed), fixed)
    verdict = caught.value.verdict
    assert (verdict.duration_s, verdict.mismatches, verdict.lost_tokens) == (0.25, 0, 0), (
        "of the second, codes were due"
    )


def test_a_run_of_codes_that_were_sent_has_no_samples_of_its_own(fixed):
    run = DeviceRun(tokens=np.zeros((1, 4, 12, 50), np.int16))
    with pytest.raises(LinkError, match=r"^the device took no samples of its own: the host sent it codes$"):
        run.require_own_samples()
