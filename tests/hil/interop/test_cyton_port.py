"""The simulated Cyton on its port: what signal it has, and what the line carries when."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import numpy as np
import pytest
import serial

from earloop.hil.interop.cyton_ads import uv_per_code
from earloop.hil.interop.cyton_packet import PACKET_BYTES
from earloop.hil.interop.cyton_port import BACKLOG_S, CytonSignal, cyton_signal
from earloop.recordings import Recording, RecordingError
from tests.cyton import PATIENCE_S, codes_of, serving


@pytest.fixture
def signal():
    """Forty seconds of values that are all different."""
    uv = np.random.default_rng(0).normal([15_000, -9_000, 0, 170_000], 100, (10_000, 4))
    return CytonSignal(uv, 0)


def test_the_signal_is_the_converters_codes_at_250_samples_a_second(design):
    """A sine of 20 Hz on an electrode's offset: its samples are known at any time."""
    t = np.arange(5000) / 1000
    uv = 12_000 + 80 * np.sin(2 * np.pi * 20 * t)[:, None] * [1, 2, 3, 4]
    signal = cyton_signal(Recording(uv, "uV", 1000.0, design.channels), design)
    assert signal.clipped == 0
    wanted = 12_000 + 80 * np.sin(2 * np.pi * 20 * np.arange(1250) / 250)[:, None] * [1, 2, 3, 4]
    np.testing.assert_allclose(signal.uv[50:-50], wanted[50:-50], atol=2 * design.converter.lsb_uv)


def test_what_the_cytons_narrower_range_clips_is_counted(design):
    uv = np.full((2000, 4), 200_000.0)  # within 375 mV at a gain of 12, beyond 187.5 mV at 24
    assert cyton_signal(Recording(uv, "uV", 1000.0, design.channels), design).clipped == 4 * 500


def test_a_recording_that_does_not_fit_is_refused(codes_10s, design):
    with pytest.raises(RecordingError, match="codes at 500 Hz"):
        cyton_signal(replace(codes_10s, sfreq=500.0), design)


def read_until(line, end):
    line.timeout = PATIENCE_S
    said = line.read_until(end)
    assert said.endswith(end)
    return said


def test_the_line_carries_packets_back_to_back_from_the_first_sample_on(signal):
    with serving(signal) as port, serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
        for _ in range(2):
            line.write(b"v")
            read_until(line, b"$$$")
            line.write(b"b")
            data = line.read(600 * PACKET_BYTES)
            packets = [data[i : i + PACKET_BYTES] for i in range(0, len(data), PACKET_BYTES)]
            assert [packet[1] for packet in packets] == [i % 256 for i in range(600)]
            found = np.array([codes_of(packet)[:4] for packet in packets]) * uv_per_code()
            np.testing.assert_allclose(found, signal.uv[:600], atol=0.51 * uv_per_code())


def test_a_stop_ends_with_a_whole_packet_and_a_start_begins_with_the_first_sample(signal):
    with serving(signal) as port, serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
        line.write(b"b")
        line.read(5 * PACKET_BYTES + 7)
        line.write(b"sV")
        rest = read_until(line, b"v3.1.2$$$").removesuffix(b"v3.1.2$$$")
        assert (len(rest) + 7) % PACKET_BYTES == 0
        line.write(b"b")
        first = line.read(PACKET_BYTES)
    assert first[1] == 0
    np.testing.assert_allclose(np.array(codes_of(first)[:4]) * uv_per_code(), signal.uv[0], atol=uv_per_code())


def test_a_signal_that_ends_begins_again(signal):
    short = CytonSignal(signal.uv[:100], 0)
    with serving(short) as port, serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
        line.write(b"b")
        data = line.read(250 * PACKET_BYTES)
    first = [codes_of(data[i * PACKET_BYTES : (i + 1) * PACKET_BYTES]) for i in (0, 100, 200)]
    assert first[0] == first[1] == first[2]


def test_what_a_slow_reader_misses_is_missing_as_whole_packets(signal):
    with serving(signal) as port, serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
        line.write(b"b")
        deadline = time.monotonic() + PATIENCE_S
        while not port.lost and time.monotonic() < deadline:
            os.sched_yield()
        assert port.lost
        numbers = []
        while not numbers or (numbers[-1] - numbers[-2] if len(numbers) > 1 else 1) % 256 == 1:
            packet = line.read(PACKET_BYTES)
            codes_of(packet)
            numbers.append(packet[1])
    assert len(numbers) > BACKLOG_S * 250


def test_a_host_that_comes_after_another_gets_its_answer_behind_whole_packets(signal):
    with serving(signal) as port:
        with serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
            line.write(b"b")
            line.read(100)  # the first byte of the fourth packet is the last
        with serial.Serial(port.name, 115200, timeout=PATIENCE_S) as line:
            line.write(b"v")
            found = read_until(line, b"$$$")
            # Before it may stand what left while the command was on its way. The serial library empties the port when
            # it opens it, and may do so while a packet is arriving: the first may lack its head, the others are whole.
            begins = found.index(b"OpenBCI V3")
            for packet in range(begins % PACKET_BYTES, begins, PACKET_BYTES):
                codes_of(found[packet : packet + PACKET_BYTES])
            line.write(b"V")
            assert read_until(line, b"$$$") == b"v3.1.2$$$"  # and nothing stands between two answers
