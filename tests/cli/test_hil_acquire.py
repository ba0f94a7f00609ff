"""`earloop hil acquire`: an earbud's own samples to a verdict and a recording, and what it refuses."""

from __future__ import annotations

import json
import signal

import numpy as np
import pytest

from earloop.firmware.converter import ChipBus
from earloop.firmware.loopback import Loopback
from earloop.recordings import read_recording
from earloop.sim.ads1299 import Ads1299, ChipErrors, FunctionInputs


@pytest.fixture
def acquire(session):
    """The arguments of an acquisition of the first second of the short session."""

    def arguments(out, *options, device="simulated"):
        recording = ("--recording", session, "--seconds", 1)
        return ("hil", "acquire", "--device", device, *recording, "--out", out, *options)

    return arguments


def test_an_acquisition_that_passes_leaves_its_report_and_its_samples(earloop, acquire, session, tmp_path):
    ended = earloop(*acquire(tmp_path / "out", "--keep", tmp_path / "kept.zarr"))
    assert ended.status == 0, ended
    lines = ended.out.splitlines()
    assert lines[1].startswith("PASS: simulated, 1.0 s, 0 mismatches")
    assert lines[2].endswith("of its own converter, 0 lost on the line")
    assert lines[3].startswith("  clock: not judged: the time of an emulation is not real")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert {name: tap["mismatches"] for name, tap in summary["taps"].items()} == dict.fromkeys(
        ("codes", "decimated", "notched", "bands", "tokens"), 0
    )
    kept = read_recording(tmp_path / "kept.zarr")
    assert (kept.unit, len(kept.data)) == ("codes", summary["converter"]["samples"])
    played = read_recording(session).data[:1000]
    for taken, wanted in zip(kept.data[:1000].T, played.T, strict=True):
        slow = [np.convolve(codes, np.full(40, 1 / 40), "valid") for codes in (taken, wanted)]
        assert np.corrcoef(*slow)[0, 1] > 0.95, "2.5 samples early, and through the converter's filter once more"


def test_the_same_seed_gives_the_same_samples(earloop, acquire, tmp_path):
    for name in ("a", "b"):
        assert earloop(*acquire(tmp_path / name, "--keep", tmp_path / f"{name}.zarr", "--seed", 3)).status == 0
    first, second = (read_recording(tmp_path / f"{name}.zarr").data for name in ("a", "b"))
    np.testing.assert_array_equal(first, second)


class PressesCtrlC(ChipBus):
    """A converter that someone stands beside who presses Ctrl-C after so many samples."""

    samples = 0

    def __init__(self, chip, after=None):
        super().__init__(chip)
        self._after = after

    def exchange(self, out):
        self.samples += out[0] == 0
        if out[0] == 0 and self.samples == self._after:
            signal.raise_signal(signal.SIGINT)
        return super().exchange(out)


@pytest.fixture
def worn(fixed, monkeypatch):
    """The firmware in this process in the place of a serial port: time does not pass in it as it does here."""

    def plug_in(after=None):
        sines = {f"IN{i}P": lambda t, i=i: 1e-4 * np.sin(60 * i * t) for i in range(1, 5)}
        inputs = FunctionInputs(sines | {"SRB1": lambda t: 0.0 * t})
        bus = PressesCtrlC(Ads1299(inputs, 4, rng=np.random.default_rng(3), part=ChipErrors.ideal()), after)
        monkeypatch.setattr(
            "earloop.hil.devices.earbud.open_port", lambda name, design, write_s: Loopback(fixed, bus=bus)
        )
        return "hil", "acquire", "--device", "serial", "--port", "here"

    return plug_in


def test_a_real_earbud_on_a_port_is_judged_by_its_own_codes(earloop, worn, tmp_path):
    arguments = (*worn(), "--seconds", 1)
    ended = earloop(*arguments, "--out", tmp_path / "out")
    assert ended.status == 0, ended
    assert "arrivals are too few to measure a clock: at least 20 are needed; acquire for longer" in ended.out
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["recording"]["name"] == "the signal at its electrodes"
    assert set(summary["taps"]) == {"decimated", "notched", "tokens"}, "all that the line carries beside the codes"
    limited = earloop(*arguments, "--max-clock-ppm", 50, "--out", tmp_path / "out")
    assert limited.status == 1
    assert "clock: within 50 ppm wanted, but it is unknown" in limited.out


def told(out):
    """All that a report says but when it was, and how long it took."""
    facts = json.loads((out / "summary.json").read_text())
    assert facts.pop("realtime_factor") > 0
    assert facts.pop("elapsed_s") > 0
    assert facts.pop("began")
    return facts


@pytest.mark.parametrize("after", [None, 1700], ids=["to its end", "ended by Ctrl-C"])
def test_an_acquisition_is_repeated_from_its_transcript(earloop, worn, after, tmp_path):
    transcript, then, now = tmp_path / "a.transcript", tmp_path / "then", tmp_path / "now"
    ended = earloop(*worn(after), "--seconds", 3, "--transcript", transcript, "--out", then)
    assert ended.status == 0, ended
    again = earloop("hil", "replay", transcript, "--out", now)
    assert again.status == 0, again
    assert told(now) == told(then)
    limited = earloop("hil", "replay", transcript, "--max-clock-ppm", 50, "--out", now)
    assert limited.status == 1, "the limits of the replay are its own"


def test_ctrl_c_ends_an_acquisition_and_keeps_what_came(earloop, worn, tmp_path):
    handler = signal.getsignal(signal.SIGINT)
    ended = earloop(*worn(1700), "--seconds", 3600, "--keep", tmp_path / "kept.zarr", "--out", tmp_path / "out")
    assert ended.status == 0, ended
    assert "ended by Ctrl-C" in ended.err
    samples = told(tmp_path / "out")["converter"]["samples"]
    assert 1700 <= samples < 2500
    assert len(read_recording(tmp_path / "kept.zarr").data) == samples
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_transcript_of_an_acquisition_is_replayed_without_a_recording(earloop, refused, worn, session, tmp_path):
    transcript = tmp_path / "a.transcript"
    assert earloop(*worn(), "--seconds", 1, "--transcript", transcript, "--out", tmp_path / "then").status == 0
    message = refused("hil", "replay", transcript, "--recording", session, "--out", tmp_path / "now")
    assert message == f"{transcript}: is a transcript of the signal at its electrodes; leave --recording out"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--device", "firmware"], "--device firmware: needs a --recording for its converter"),
        (["--device", "serial", "--recording", "x.zarr"], "--device serial: has electrodes; leave --recording out"),
        (
            ["--device", "simulated", "--recording", "x.zarr", "--max-clock-ppm", "5"],
            "--max-clock-ppm: --device simulated has an emulated clock, which cannot be judged; leave it out",
        ),
        (
            ["--device", "serial", "--image", "x.elf"],
            "--image: serial does not have this option; it is for rtl or firmware",
        ),
        (
            ["--device", "simulated", "--recording", "x.zarr", "--serial-number", "A50"],
            "--serial-number: simulated does not have this option; it is for serial or ble",
        ),
        (
            ["--device", "simulated", "--recording", "x.zarr", "--transcript", "a.transcript"],
            "--transcript: the same --seed repeats a run of --device simulated; leave --transcript out",
        ),
        (["--device", "golden"], "golden"),
        (["--device", "serial", "--port", "ttyNone"], "ttyNone: cannot be opened"),
        (["--device", "serial", "--keep", "x.bdf"], "x.bdf: a session is a directory named *.zarr"),
        (["--device", "simulated", "--recording", "gone.zarr"], "gone.zarr: no such file"),
    ],
)
def test_what_makes_no_sense_is_one_line(refused, tmp_path, options, named):
    assert named in refused("hil", "acquire", "--out", tmp_path / "out", *options)
