"""A conversation that is played to the host again goes as it went, and a host that departs is told where."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.firmware.loopback import Loopback
from earloop.hil.devices.from_transcript import TranscriptDevice
from earloop.hil.faults.lossy_port import FaultProxy, FaultRates
from earloop.hil.judging.judge import judge
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.transcript.format import RecordingRead, TranscriptError
from earloop.hil.transcript.player import Player
from earloop.hil.transcript.reader import Transcript, read_transcript
from earloop.hil.transcript.recorder import Recorder
from earloop.spec.design import parse_design
from earloop.spec.errors import LinkError
from earloop.spec.fixed import compile_design
from earloop.spec.messages import PROTOCOL_VERSION
from tests.hil.transcript.short_run import MAKE_ANEW, PATH, short_recording

SILENCE_S = 2.0
NO_FAULTS = FaultRates()
ALL_FAULTS = FaultRates(0.01, 0.01, 0.01, 0.01, 0.01, 0.005)


@pytest.fixture
def codes():
    return np.random.default_rng(1).integers(-99_999, 99_999, (3000, 4)).astype(np.int32)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.transcript"


def converse(fixed, codes, path, rates=NO_FAULTS, advance=lambda taken: None):
    """Through the firmware's host build over a line with faults, while a transcript is written."""
    earbud = Loopback(fixed)
    proxy = FaultProxy(earbud, rates, seed=3)
    with Recorder(path, RecordingRead("noise"), fixed.design.design_hash, earbud) as recorder:
        link = EarbudLink(
            recorder.tap(proxy, SILENCE_S),
            fixed,
            reopen=recorder.tap_reopen(proxy.reopen),
            clock=recorder.clock,
            silence_s=SILENCE_S,
        )
        link.configure(fixed.design.design_hash)
        return link.run(codes, resume=True, advance=lambda taken: advance(proxy))


def repeat(fixed, codes, transcript: Transcript):
    """The host's end once more."""
    player = Player(transcript)
    link = EarbudLink(player, fixed, reopen=player.reopen, clock=player, silence_s=SILENCE_S, sessions=player.session)
    link.configure(fixed.design.design_hash)
    run = link.run(codes, resume=True)
    player.finish()
    return run


@pytest.mark.parametrize("rates", [NO_FAULTS, ALL_FAULTS], ids=["good line", "bad line"])
def test_a_run_goes_as_it_went(fixed, codes, path, rates):
    then = converse(fixed, codes, path, rates)
    transcript = read_transcript(path)
    assert transcript.complete
    now = repeat(fixed, codes, transcript)
    np.testing.assert_array_equal(now.tokens, then.tokens)
    np.testing.assert_array_equal(now.received, then.received)
    assert (now.segments, now.losses, now.stale, now.corrupt) == (then.segments, then.losses, then.stale, then.corrupt)
    assert (now.status, now.wall_s) == (then.status, then.wall_s)
    assert (then.line_faults > 0) == (rates is ALL_FAULTS)


def test_a_run_that_failed_fails_in_the_same_words(fixed, codes, path):
    def cut(proxy):
        proxy.set_rates(FaultRates(drop=1.0))

    with pytest.raises(LinkError, match="earbud silent for") as then:
        converse(fixed, codes, path, advance=cut)
    with pytest.raises(LinkError) as now:
        repeat(fixed, codes, read_transcript(path))
    assert str(now.value) == str(then.value)


def test_other_codes_are_told_at_the_exchange_where_they_begin(fixed, codes, path):
    converse(fixed, codes, path)
    codes[200:] += 1
    with pytest.raises(TranscriptError, match=r"exchange (\d+) .*SAMPLES (\d+).*SAMPLES \2; .*recording than noise"):
        repeat(fixed, codes, read_transcript(path))


def test_a_host_that_goes_on_is_told(fixed, codes, path):
    converse(fixed, codes[:2000], path)
    with pytest.raises(TranscriptError, match=r"exchange \d+ .*now writes: SAMPLES \d+, in the transcript it reads"):
        repeat(fixed, codes, read_transcript(path))


def test_a_host_that_ends_too_early_is_told(fixed, codes, path):
    converse(fixed, codes, path)
    player = Player(read_transcript(path))
    link = EarbudLink(player, fixed, clock=player, sessions=player.session)
    link.hello()
    with pytest.raises(TranscriptError, match=r"exchange \d+ .*has ended, in the transcript it writes: CONFIGURE 1"):
        player.finish()


def test_a_host_that_begins_another_session_is_told(fixed, codes, path):
    converse(fixed, codes, path)
    player = Player(read_transcript(path))
    link = EarbudLink(player, fixed, clock=player, sessions=player.session)
    link.hello()
    with pytest.raises(TranscriptError, match="begins one session more"):
        link.hello()


def test_a_host_that_listens_where_it_spoke_is_told(fixed, codes, path):
    converse(fixed, codes, path)
    player = Player(read_transcript(path))
    player.reset_input_buffer()
    with pytest.raises(TranscriptError, match=r"exchange 1 .*reads, in the transcript it writes"):
        player.read()


def test_a_transcript_that_was_broken_off_says_so_where_it_ends(fixed, codes, path):
    converse(fixed, codes, path)
    path.write_bytes(path.read_bytes()[:20_000])
    transcript = read_transcript(path)
    assert not transcript.complete
    with pytest.raises(TranscriptError, match=f"incomplete, it ends after {len(transcript.records)} exchanges"):
        repeat(fixed, codes, transcript)


def test_a_run_that_someone_breaks_off_leaves_an_incomplete_transcript(fixed, codes, path):
    def interrupt(proxy):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        converse(fixed, codes, path, advance=interrupt)
    transcript = read_transcript(path)
    assert transcript.records
    assert not transcript.complete


def test_a_transcript_of_another_design_is_refused(design_data):
    design_data["notch"]["q"] = 31.0
    with (
        pytest.raises(TranscriptError, match=r"recorded with design \w+, this design is \w+: choose its design"),
        TranscriptDevice(compile_design(parse_design(design_data)), read_transcript(PATH)),
    ):
        pass


@pytest.fixture(scope="module")
def kept(fixed):
    """The transcript in this folder, which must be of the protocol and the design of today."""
    transcript = read_transcript(PATH)
    assert transcript.header.protocol == PROTOCOL_VERSION, f"{PATH.name} is of an earlier protocol; {MAKE_ANEW}"
    assert transcript.header.design_hash == fixed.design.design_hash, f"{PATH.name} is of another design; {MAKE_ANEW}"
    return transcript


def test_the_host_still_says_to_an_emulated_earbud_what_it_said(fixed, kept):
    with TranscriptDevice(fixed, kept) as device:
        try:
            verdict = judge(device, short_recording(fixed.design), fixed)
        except TranscriptError as error:
            pytest.fail(f"{error}; if that is meant, {MAKE_ANEW}")
    assert verdict.passed, verdict.reasons
    assert verdict.identity == kept.header.identity
    assert (verdict.mismatches, verdict.run.measurements["line_faults"]) == (0, 0)
    assert verdict.run.measurements["instructions_per_tick"] > 0
