"""Streams of a run on LSL, and LSL streams as recordings: what arrives is what was put in."""

from __future__ import annotations

import builtins
import threading
from xml.etree import ElementTree

import numpy as np
import pytest

from earloop.hil.devices.replayed import Replayed
from earloop.hil.interop import lsl_source
from earloop.hil.interop.lsl_library import LslError
from earloop.hil.interop.lsl_outlet import LINGER_S, SETTLE_S, LslOutlets
from earloop.hil.interop.lsl_source import record_lsl
from earloop.hil.interop.tap_streams import tap_streams
from earloop.hil.link.port import SystemClock
from earloop.hil.run.device import DeviceRun
from earloop.recordings import RecordingError
from earloop.recordings.xdf.stream_header import parse_header
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.spec.errors import MissingExtraError

STAMPS = 50 + np.arange(500) / 250  # LSL takes a stamp of 0 to mean now
PATIENCE_S = 30.0  # of the tests, on a machine that is busy


@pytest.fixture
def streams(replayed, fixed):
    return tap_streams(replayed, fixed)


@pytest.fixture
def outlets(lsl, streams, replayed, design):
    with LslOutlets(streams, replayed.identity, design) as opened:
        yield opened


def inlet_of(lsl, name):
    """An open inlet, with its description."""
    (info,) = lsl.resolve_byprop("name", name, 1, PATIENCE_S)
    inlet = lsl.StreamInlet(info, processing_flags=lsl.proc_none)
    inlet.open_stream(PATIENCE_S)
    return inlet, parse_header(ElementTree.fromstring(inlet.info(PATIENCE_S).as_xml()))


def pull(inlet, rows):
    values, stamps = inlet.pull_chunk(timeout=PATIENCE_S, max_samples=rows, as_numpy=True)
    assert len(stamps) == rows
    assert not inlet.samples_available()
    return np.array(values), np.array(stamps)


def test_every_stream_arrives_value_for_value_and_stamp_for_stamp(lsl, outlets, streams, replayed, fixed, clock):
    design = fixed.design
    inlets = [inlet_of(lsl, name) for name in outlets.names]
    assert outlets.wait_for_listener(clock, PATIENCE_S)
    start = outlets.play(clock)
    assert start == 1000.0 + SETTLE_S
    (codes, at_codes), (bands, at_bands), (tokens, at_tokens), (uv, at_uv) = (
        pull(inlet, len(stream.values)) for (inlet, _), stream in zip(inlets, streams, strict=True)
    )

    np.testing.assert_array_equal(codes, replayed.stimulus.codes)
    np.testing.assert_array_equal(at_codes, start + np.arange(10_000) / 1000)
    np.testing.assert_array_equal(at_uv, at_codes)
    np.testing.assert_allclose(uv, codes * design.converter.lsb_uv, rtol=1e-6)

    ticks = start + (np.arange(2000) * 5 + 4) / 1000
    np.testing.assert_array_equal(at_bands, ticks)
    np.testing.assert_array_equal(at_tokens, ticks)
    np.testing.assert_allclose(bands.reshape(2000, 4, 12), replayed.run.taps["bands"] * design.band_step_uv, rtol=1e-6)
    by_patch = tokens.reshape(40, 50, 4, 12).transpose(0, 2, 3, 1)
    np.testing.assert_array_equal(by_patch, replayed.run.tokens)


def test_a_stream_says_what_it_is(lsl, outlets, replayed, design):
    headers = [inlet_of(lsl, name)[1] for name in outlets.names]
    codes, bands, tokens, uv = headers
    assert [header.format for header in headers] == ["int32", "float32", "int16", "float32"]
    assert [header.rate_hz for header in headers] == [1000, 200, 200, 1000]
    assert codes.labels == uv.labels == design.channels
    assert (codes.kind, set(codes.types), uv.kind, set(uv.types)) == ("ExG", {"ExG"}, "EEG", {"EEG"})
    assert bands.types[:6] == ("EEG",) * 5 + ("EMG",)
    assert bands.labels == tokens.labels
    assert bands.labels[0] == "T7/eeg_delta"
    assert bands.labels[-1] == f"{design.channels[-1]}/{design.band_names[-1]}"
    assert [set(header.units) for header in headers] == [{"codes"}, {"microvolts"}, {"steps"}, {"microvolts"}]
    assert len({header.source_id for header in headers}) == 4
    for header, tap in zip(headers, ("codes", "bands", "tokens", "uV"), strict=True):
        assert header.desc["design_hash"] == design.design_hash
        assert header.desc["tap"] == tap
        assert header.desc["device"] == "golden"


def test_a_stream_says_what_it_was_measured_against_and_with_what(lsl, outlets, design):
    """As https://github.com/sccn/xdf/wiki/EEG-Meta-Data names the elements."""
    inlet, _ = inlet_of(lsl, outlets.names[0])
    desc = ElementTree.fromstring(inlet.info(PATIENCE_S).as_xml()).find("desc")
    assert tuple(label.text for label in desc.findall("reference/label")) == design.electrodes.reference
    assert (desc.findtext("reference/subtracted"), desc.findtext("reference/common_average")) == ("Yes", "No")
    assert (desc.findtext("acquisition/model"), desc.findtext("acquisition/precision")) == (design.name, "24")


def test_each_columns_unit_in_microvolts_is_told(lsl, outlets, fixed):
    inlet, _ = inlet_of(lsl, outlets.names[2])
    described = ElementTree.fromstring(inlet.info(PATIENCE_S).as_xml()).findall("desc/channels/channel")
    assert [float(channel.findtext("uv_per_unit")) for channel in described] == list(fixed.token_lsb_uv) * 4


@pytest.mark.parametrize("speed", [0.5, 1.0, 4.0])
def test_chunks_leave_at_their_deadlines_whatever_the_speed(outlets, clock, speed):
    sent = []
    outlets.play(clock, speed=speed, advance=lambda rows: sent.append((clock.now(), rows)))
    times, rows = np.array(sent).T
    # Whoever sleeps 50 ms between chunks instead is late by what sending takes, more and more.
    np.testing.assert_allclose(times, 1000 + 0.05 / speed * np.arange(1, len(times) + 1), atol=1e-9)
    np.testing.assert_array_equal(rows, np.minimum(50 * np.arange(1, len(times) + 1), 10_000))
    assert clock.now() == pytest.approx(times[-1] + LINGER_S)


def test_a_sender_that_is_late_catches_up(outlets, clock):
    sent = []

    def stall_once(rows):
        sent.append(clock.now())
        if len(sent) == 20:
            clock.wait(0.5)

    outlets.play(clock, advance=stall_once)
    assert sent[20] - sent[19] == pytest.approx(0.5), "no wait after the stall"
    assert sent[-1] == pytest.approx(1000 + 0.05 * len(sent)), "and none of it is left at the end"


def test_a_token_is_not_sent_before_its_patch_is_whole(streams):
    tokens = streams[2]
    assert (tokens.due_s >= tokens.times_s).all()
    np.testing.assert_allclose(tokens.due_s[[0, 49, 50]], [0.249, 0.249, 0.499])


def test_a_device_of_tokens_only_still_has_bands(replayed, fixed):
    """As an earbud on a line, which has no room for the bands tap."""
    bare = Replayed(
        identity=replayed.identity, stimulus=replayed.stimulus, run=DeviceRun(tokens=replayed.run.tokens), elapsed_s=1.0
    )
    bands, tokens = tap_streams(bare, fixed)[1:3]
    np.testing.assert_allclose(bands.values, tokens.values * np.tile(fixed.token_lsb_uv, 4), rtol=1e-6)
    full = tap_streams(replayed, fixed)[1]
    unclipped = np.abs(tokens.values) < 32767
    error_uv = np.abs(full.values - bands.values) / np.tile(fixed.token_lsb_uv, 4)
    assert error_uv[unclipped].max() <= 0.51, "half a token step"


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(outlets, clock, speed):
    with pytest.raises(LslError, match=r"speed .*; must be positive"):
        outlets.play(clock, speed=speed)


def test_a_machine_without_pylsl_is_told_so_in_one_line(streams, replayed, design, monkeypatch):
    real = builtins.__import__

    def without(name, *arguments):
        if name == "pylsl":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"^pylsl is not installed: pip install 'earloop\[lsl\]'$"):
        LslOutlets(streams, replayed.identity, design)


def test_a_machine_without_liblsl_is_told_where_it_is_had(streams, replayed, design, monkeypatch):
    real = builtins.__import__

    def without(name, *arguments):
        if name == "pylsl":
            raise RuntimeError("LSL binary library file was not found.\nPlease make sure ...")
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(LslError, match="finds no liblsl for this machine") as error:
        LslOutlets(streams, replayed.identity, design)
    assert "\n" not in str(error.value)


class Sender(threading.Thread):
    """Sends samples as soon as someone listens to its outlet; `then_leave` is an event upon which it goes away."""

    def __init__(self, outlet, values, stamps, then_leave):
        super().__init__()
        self.outlet, self.given_up = outlet, False
        self._values, self._stamps, self._then_leave = values, stamps, then_leave

    def run(self):
        while not self.outlet.wait_for_consumers(0.1):
            if self.given_up:
                return
        self.outlet.push_chunk(self._values, list(self._stamps))
        if self._then_leave is not None and self._then_leave.wait(PATIENCE_S):
            self.outlet = None


@pytest.fixture
def send(lsl):
    """`send(values, stamps)` makes a stream that lasts as long as the test."""
    senders = []

    def begin(values, stamps, *, name="ear", rate=250.0, unit="microvolts", then_leave=None):
        info = lsl.StreamInfo(name, "EEG", values.shape[1], rate, "float32", f"board-{name}")
        info.set_channel_labels(["T7", "T8"])
        info.set_channel_units([unit, unit])
        senders.append(Sender(lsl.StreamOutlet(info), values, stamps, then_leave))
        senders[-1].start()

    yield begin
    for sender in senders:
        sender.given_up = True
        sender.join()
        sender.outlet = None  # a test that failed keeps its locals, and with them the stream


@pytest.fixture
def noise():
    return np.random.default_rng(0).normal(0, 50, (500, 2)).astype(np.float32)


def record(*arguments, **options):
    """What is recorded whole, and as asked."""
    kept = record_lsl(*arguments, search_s=1.0, **options)
    assert kept.broken_off == ""
    (recording,) = kept.parts
    return recording


def test_a_live_stream_becomes_a_recording(send, noise):
    send(noise, STAMPS)
    told = []
    recording = record("ear", 2.0, advance=told.append)
    assert (recording.unit, recording.sfreq, recording.channels) == ("uV", 250, ("T7", "T8"))
    np.testing.assert_array_equal(recording.data, noise)
    assert recording.meta["source"] == "board-ear"
    assert recording.meta["effective_rate_hz"] == pytest.approx(250)
    assert "broken_off" not in recording.meta
    assert told[-1] == 500


def test_a_stream_is_also_found_by_type_and_takes_the_wanted_channels(send, noise):
    send(noise, STAMPS, unit="millivolts")
    recording = record("EEG", 1.0, channels=("T8",))
    np.testing.assert_allclose(recording.data[:, 0], noise[:250, 1] * 1e3, rtol=1e-6)


def test_channels_get_the_names_of_electrodes_before_they_are_kept(send, noise):
    send(noise, STAMPS)
    recording = record("ear", 1.0, renames=(("T8", "T10"),))
    assert (recording.channels, recording.file_names) == (("T7", "T10"), ("T7", "T8"))
    np.testing.assert_array_equal(recording.data, noise[:250])


def test_a_channel_that_cannot_be_renamed_is_refused_before_anything_is_recorded(send, noise):
    send(noise, STAMPS)
    with pytest.raises(RecordingError, match="no channel EarL to rename; there are: T7, T8"):
        record_lsl("ear", 600.0, search_s=1.0, renames=(("EarL", "T7"),))


def test_codes_of_a_run_come_back_as_the_codes_that_the_device_was_fed(lsl, outlets, replayed, design, clock):
    """The loop closed: an earbud's stream, recorded by LSL, is a stimulus bit for bit."""

    def play():
        outlets.wait_for_listener(SystemClock(), PATIENCE_S)
        outlets.play(clock)

    player = threading.Thread(target=play, daemon=True)
    player.start()
    recording = record(f"{design.name} codes", 10.0)
    player.join()
    assert (recording.unit, recording.sfreq, recording.channels) == ("codes", 1000, design.channels)
    np.testing.assert_array_equal(to_stimulus(recording, design).codes, replayed.stimulus.codes)


def test_a_stream_that_is_not_there_lists_those_that_are(send, noise):
    send(noise, STAMPS)
    with pytest.raises(LslError, match=r"no stream with the name, type or source id nose; found ear \(EEG\)"):
        record_lsl("nose", 1.0, search_s=1.0)


def test_two_streams_of_a_name_are_told_apart_by_their_source(send, noise):
    send(noise, STAMPS, name="left")
    send(noise, STAMPS, name="right")
    with pytest.raises(LslError, match=r"2 streams match EEG: .*board-left.*choose one by its name"):
        record_lsl("EEG", 1.0, search_s=1.0)


def test_an_irregular_stream_is_refused(send, noise):
    send(noise, STAMPS, rate=0.0)
    with pytest.raises(LslError, match=r"not numbers at a regular rate: ear \(EEG, 2 x float32, irregular\)"):
        record_lsl("ear", 1.0, search_s=1.0)


def test_a_channel_that_is_no_potential_is_refused_before_anything_is_recorded(send, noise):
    send(noise, STAMPS, unit="g")
    with pytest.raises(RecordingError, match="LSL stream ear: channel T7 is in 'g'"):
        record_lsl("ear", 2.0, search_s=1.0)


def test_what_came_before_a_stream_falls_silent_is_kept(send, noise):
    send(noise, STAMPS)
    kept = record_lsl("ear", 3.0, search_s=1.0, silence_s=2.0)
    assert kept.broken_off == "silent for 2 s after 500 of 750 samples"
    (recording,) = kept.parts
    np.testing.assert_array_equal(recording.data, noise)
    assert recording.meta["broken_off"] == kept.broken_off


def test_what_came_before_an_outlet_ends_is_kept(send, noise):
    all_came = threading.Event()
    send(noise, STAMPS, then_leave=all_came)

    def advance(samples):
        if samples == 500:
            all_came.set()

    kept = record_lsl("ear", 3.0, search_s=1.0, silence_s=PATIENCE_S, advance=advance)
    assert kept.broken_off == "ended after 500 of 750 samples"
    np.testing.assert_array_equal(kept.parts[0].data, noise)


def test_what_came_before_it_was_ended_is_kept(send, noise):
    send(noise, STAMPS)
    came = []
    kept = record_lsl("ear", 3.0, search_s=1.0, advance=came.append, enough=lambda: came[-1:] == [500])
    assert kept.broken_off == "ended by Ctrl-C after 500 of 750 samples"
    np.testing.assert_array_equal(kept.parts[0].data, noise)


def test_a_stream_of_which_nothing_came_makes_no_recording(lsl, send, noise):
    send(noise[:0], STAMPS[:0])
    with pytest.raises(LslError, match=r"silent for 0.5 s after 0 of 750 samples; nothing was recorded"):
        record_lsl("ear", 3.0, search_s=1.0, silence_s=0.5)


def test_parts_before_and_after_a_gap_are_kept(send, noise):
    stamps = STAMPS + np.where(np.arange(500) < 300, 0, 0.4)
    send(noise, stamps)
    kept = record_lsl("ear", 2.0, search_s=1.0)
    assert kept.broken_off.startswith("has a gap of 0.400 s, 1.200 s after its beginning")
    first, second = kept.parts
    np.testing.assert_array_equal(first.data, noise[:300])
    np.testing.assert_array_equal(second.data, noise[300:])
    assert first.meta["broken_off"] == second.meta["broken_off"] == kept.broken_off


def test_a_rate_that_the_time_stamps_contradict_is_kept_and_told(send, noise):
    """As where samples were lost on the air, or a header is wrong."""
    send(noise, 50 + np.arange(500) / 200)
    kept = record_lsl("ear", 2.0, search_s=1.0)
    assert kept.broken_off.startswith("stream ear says 250 Hz, but its time stamps say 200 Hz")
    assert (kept.parts[0].sfreq, len(kept.parts[0].data)) == (250, 500)


def test_a_rate_that_the_caller_settles_is_taken(send, noise):
    send(noise, 50 + np.arange(500) / 200)
    assert record("ear", 2.0, rate_hz=200.0).sfreq == 200


def test_a_clock_that_is_a_little_off_is_told_with_both_figures(send, noise):
    send(noise, 50 + np.arange(500) / 251)
    (note,) = record("ear", 2.0).meta["notes"]
    assert note.startswith("stream ear says 250 Hz, but its time stamps say 251")
    assert note.endswith("wrong by 0.40 %")


def test_time_that_runs_backwards_is_told_and_the_samples_are_kept(send, noise):
    send(noise, STAMPS[::-1])
    kept = record_lsl("ear", 2.0, search_s=1.0)
    assert "its time stamps do not fit its rate" in kept.broken_off
    np.testing.assert_array_equal(kept.parts[0].data, noise)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_no_seconds_are_refused(lsl, seconds):
    with pytest.raises(LslError, match=r"seconds; must be positive"):
        record_lsl("ear", seconds)


def test_an_outlet_that_claims_a_rate_beyond_all_measure_is_refused_before_room_is_made_for_it(send, noise):
    send(noise, STAMPS, rate=1e6)
    with pytest.raises(LslError, match=r"ear: 1e\+06 Hz for 200 s are more than 100,000,000 samples"):
        record_lsl("ear", 200.0, search_s=1.0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_came_before_a_sample_that_is_no_number_is_kept(send, noise, value):
    noise[321, 1] = value
    send(noise, STAMPS)
    kept = record_lsl("ear", 2.0, search_s=1.0)
    assert kept.broken_off == f"sample 321, channel T8 is {value}, which is no number: the recording ends there"
    np.testing.assert_array_equal(kept.parts[0].data, noise[:321])


def test_a_sample_that_is_no_number_does_no_harm_in_a_channel_that_nobody_asked_for(send, noise):
    noise[321, 1] = np.nan
    send(noise, STAMPS)
    assert len(record("ear", 2.0, channels=("T7",)).data) == 500


class Trickling:
    """A stream whose outlet sends a sample whenever it would be given up, by a clock that only it lets pass."""

    where, ended, count = "ear", False, 0

    def __init__(self):
        self.now_s = 0.0

    def now(self):
        return self.now_s

    def measure_clock(self):
        pass

    def pull(self, most, wait_s):
        self.now_s += 4.0
        self.count += 1
        return np.zeros((1, 2), np.float32)


def test_an_outlet_that_sends_far_below_its_rate_is_given_up(monkeypatch):
    stream = Trickling()
    monkeypatch.setattr(lsl_source, "LslClock", lambda: stream)
    told = lsl_source._pull(stream, (), {"T7": (0, 1.0)}, 500, 5.0, 9.0, lambda samples: None, lambda: False)
    assert told == "3 of 500 samples in 9 s: less than 0.5 of its nominal rate"
    assert stream.now_s <= 9.0 + 4.0


@pytest.fixture
def send_markers(lsl):
    """`send_markers(rows, stamps)` makes an outlet of markers, which sends once someone listens."""
    senders = []

    def begin(rows, stamps, *, name="task", format="string"):
        info = lsl.StreamInfo(name, "Markers", len(rows[0]), 0.0, format, f"board-{name}")
        senders.append(Sender(lsl.StreamOutlet(info), rows, stamps, None))
        senders[-1].start()

    yield begin
    for sender in senders:
        sender.given_up = True
        sender.join()
        sender.outlet = None


def test_markers_of_other_streams_become_annotations_on_the_signals_time(send, send_markers, noise):
    send(noise, STAMPS)
    send_markers([["blink"], [" "], ["chew"], ["late"]], 50 + np.array([0.4, 0.5, 1.2, 99.0]))
    send_markers([[7], [1]], 50 + np.array([0.8, 1.6]), name="trigger", format="int32")
    recording = record("ear", 2.0, markers=("task", "board-trigger"))
    assert [(note.label, note.source) for note in recording.annotations] == [
        *(("blink", "task"), ("7", "trigger"), ("chew", "task"), ("1", "trigger")),
    ]
    np.testing.assert_allclose([note.onset_s for note in recording.annotations], [0.4, 0.8, 1.2, 1.6], atol=0.002)
    (note,) = recording.meta["notes"]
    assert note.startswith("1 of 5 events are at times without samples, and are omitted: 'late' of task at 99.0")


def test_markers_that_are_a_signal_are_refused(send, noise):
    send(noise, STAMPS, name="left")
    send(noise, STAMPS, name="right")
    with pytest.raises(LslError, match=r"right: no stream of markers: right \(EEG, 2 x float32, 250 Hz\)"):
        record_lsl("left", 2.0, markers=("right",), search_s=1.0)
