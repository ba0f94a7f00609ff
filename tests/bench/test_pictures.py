"""The pictures' measuring parts: what is put into a signal is what they find."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from bench.measurements.realism.windows import SFREQ
from bench.pictures import real
from bench.pictures.__main__ import _trials, main
from bench.pictures.average import epochs, from_baseline, mean_density, peaks_s, steps_s, times
from bench.pictures.behind_ear import BLINK_S, blink_epochs
from bench.pictures.body import burst_spans
from bench.pictures.pair import pair
from earloop.recordings import Annotation, Recording

HZ = 100.0


def test_epochs_are_cut_around_their_times_and_only_whole_ones():
    signal = np.arange(1000.0)
    found = epochs(signal, [0.05, 5.0, 9.99], HZ, (-0.1, 0.2))
    np.testing.assert_array_equal(found, [np.arange(490.0, 520.0)])
    np.testing.assert_allclose(times((-0.1, 0.2), HZ)[[0, 10, -1]], [-0.1, 0.0, 0.19])


def test_the_baseline_is_each_epochs_own():
    t = times((-0.1, 0.2), HZ)
    parts = np.array([[5.0], [-3.0]]) + np.where(t >= 0, 1.0, 0.0)
    np.testing.assert_allclose(from_baseline(parts, t), np.tile(np.where(t >= 0, 1.0, 0.0), (2, 1)))


def test_peaks_are_found_where_they_are():
    signal = np.zeros(1000)
    signal[[200, 220, 600, 800]] = [5.0, 4.0, 6.0, 1.0]
    np.testing.assert_allclose(peaks_s(signal, HZ, 2.0, 0.5), [2.0, 6.0])


def test_steps_are_found_with_their_signs():
    t = np.arange(1000) / HZ
    signal = 50 * np.tanh((t - 3) / 0.03) - 40 * np.tanh((t - 7) / 0.03) + 3 * np.tanh((t - 5) / 0.03)
    at, sign = steps_s(signal, HZ, 0.2, 60.0)
    np.testing.assert_allclose(at, [3.0, 7.0], atol=0.011)
    np.testing.assert_array_equal(sign, [1, -1])


def test_powers_are_averaged_not_amplitudes():
    rng = np.random.default_rng(0)
    parts = rng.normal(0, 1, (400, 500)) * np.repeat([1.0, 3.0], 200)[:, np.newaxis]
    _, density = mean_density(parts, HZ, 1.0)
    assert np.sqrt((density[2:-2] ** 2).mean()) == pytest.approx(np.sqrt(5 / (HZ / 2)), rel=0.02)


def test_bursts_are_found_where_they_are():
    rng = np.random.default_rng(0)
    signal = rng.normal(0, 1, 20_000)
    signal[5000:6000] *= 30
    signal[12_000:12_050] *= 30
    (found,) = burst_spans(signal, 1000.0)
    assert found.start == pytest.approx(5000, abs=60)
    assert found.stop == pytest.approx(6000, abs=60)


def test_blinks_of_both_channels_are_aligned_at_their_lowest_point():
    t = np.arange(round(30 * SFREQ)) / SFREQ
    dips = -200 * sum(np.exp(-0.5 * ((t - at) / 0.05) ** 2) for at in (8.0, 20.0))
    uv = np.random.default_rng(0).normal(0, 2, (len(t), 2)) + dips[:, np.newaxis]
    found = blink_epochs(uv)
    assert len(found) == 2
    for part in found:
        assert times(BLINK_S, SFREQ)[part.argmin()] == pytest.approx(0, abs=0.01)
    assert not len(blink_epochs(uv * [1, -1]))


def test_trials_of_real_markers_and_of_our_labels():
    notes = (Annotation(1.0, 0, "1"), Annotation(2.0, 0, "2"), Annotation(3.0, 3.0, "ssvep", 20.0, "eeg"))
    recording = Recording(np.zeros((1000, 1)), "uV", HZ, ("a",), notes)
    _, onsets, which = _trials(recording, {"1": 30.0, "2": 20.0})
    np.testing.assert_array_equal([onsets, which], [[1.0, 2.0], [30.0, 20.0]])
    _, onsets, which = _trials(recording, {})
    np.testing.assert_array_equal([onsets, which], [[3.0], [20.0]])


def test_both_sides_of_a_pair_have_the_same_axes():
    _, axes = pair(2)
    axes[0, 0].set_ylim(-3, 5)
    axes[1, 1].set_xlim(0, 7)
    assert axes[0, 1].get_ylim() == (-3, 5)
    assert axes[1, 0].get_xlim() == (0, 7)
    assert axes[0, 0].get_xlim() != (0, 7)
    assert [ax.get_title(loc="left") or ax.get_title() for ax in axes[0]] == ["real", "ours"]


def test_twelve_bit_pairs_are_unpacked():
    first, second = [995, -1, 2047, -2048], [1011, 5, -6, 7]
    content = bytearray()
    for a, b in zip(np.array(first) & 0xFFF, np.array(second) & 0xFFF, strict=True):
        content += bytes([a & 0xFF, a >> 8 | (b >> 8) << 4, b & 0xFF])
    np.testing.assert_array_equal(real.first_of_212(bytes(content)), first)


@pytest.mark.realdata
def test_the_heart_record_is_what_its_header_promises(real_data):
    codes = real.first_of_212((real_data / "mitdb" / "100.dat").read_bytes())
    assert len(codes) == 650_000
    assert codes[0] == 995
    assert np.int64(codes.sum()).astype(np.int16) == -22131
    mv = real.mitdb(real_data)
    assert 0.5 < mv.max() < 2


def test_without_real_recordings_it_says_so(monkeypatch):
    monkeypatch.delenv("EARLOOP_REAL_DATA", raising=False)
    ended = CliRunner().invoke(main)
    assert ended.exit_code == 2
    assert ended.output == "error: EARLOOP_REAL_DATA names no folder of real recordings\n"
