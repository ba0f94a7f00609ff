"""The bus way in: what comes over the link is what the chip gave, and what the golden model makes of that."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pytest

from earloop.firmware.converter import ChipBus
from earloop.hil.devices.acquire import acquire_recording
from earloop.hil.judging.judge import IncompleteError, judge, judge_replayed
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.reports.summary import write_report
from earloop.sim import codes_to_uv
from earloop.spec.errors import LinkError
from earloop.spec.golden import GoldenTokenizer
from tests.hil.devices.conftest import At


@pytest.fixture
def judged(bus_earbud, alpha, fixed):
    """A function that gives the verdict on an earbud with an eventful bus."""

    def verdict(at=None, tolerances=None):
        with bus_earbud(at) as device:
            return judge(device, alpha, fixed, tolerances=tolerances or Tolerances())

    return verdict


def test_a_sound_bus_passes_with_every_tap_compared(judged, alpha, fixed):
    verdict = judged()
    assert verdict.passed, verdict.reasons
    assert [tap.tap for tap in verdict.taps] == ["codes", "decimated", "notched", "bands", "tokens"]
    own_samples, channels = verdict.run.own_samples, len(fixed.design.channels)
    assert own_samples.taken >= len(alpha.data)
    assert own_samples.lost == 0
    assert verdict.taps[0].compared == own_samples.taken * channels
    np.testing.assert_array_equal(
        verdict.run.tokens, GoldenTokenizer(fixed).push(own_samples.segments[0].converted).tokens
    )


def test_the_electrodes_see_the_recording_from_its_first_sample(judged, alpha, design):
    codes = judged().run.own_samples.segments[0].codes
    uv = codes_to_uv(codes, design.converter)[: len(alpha.data)]
    turns = np.exp(-2j * np.pi * 10 * np.arange(600)[:, None] / design.converter.rate_hz)  # 600 samples are 6 turns
    shown, played = (((x[50:650] - x[50:650].mean(0)) * turns).mean(0) for x in (uv, alpha.data))
    np.testing.assert_allclose(np.abs(shown), np.abs(played), rtol=0.01)
    delay_ms = -np.angle(shown / played) / (2 * np.pi * 10) * 1e3
    np.testing.assert_allclose(delay_ms, delay_ms[0], atol=0.3)
    # The first sample comes 4 periods after START (SBAS499C, 9.4.1.2), and is centred 1.5 periods before that.
    assert delay_ms[0] == pytest.approx(-(4 - 1.5), abs=0.05)


def test_a_bit_that_flips_between_chip_and_driver_is_found_at_its_sample_and_nothing_behind_it_differs(judged, design):
    verdict = judged(At(301, "bit"))
    codes, *others = verdict.taps
    assert not verdict.passed
    assert (codes.mismatches, codes.first.sample, codes.first.channel) == (1, 300, design.channels[1])
    assert codes.first.expected ^ codes.first.found == 1
    assert all(tap.trouble is None for tap in others)
    assert verdict.reasons[0].startswith("codes: 1 of ")


def test_after_a_fault_of_the_converter_each_segment_is_judged_from_its_own_start(judged):
    verdict = judged(At(300, "flip"))
    first, second = verdict.run.own_samples.segments
    assert (first.first, second.first) == (0, len(first.codes))
    assert (first.judged(250), second.judged(250)) == (250, len(second.codes) // 250 * 250)
    assert verdict.run.own_samples.starts == (0, 250)
    assert all(tap.trouble is None for tap in verdict.taps)
    assert verdict.reasons == [
        "the converter was restarted 1 times (CONVERTER_STATUS: the converter's samples begin with a wrong status "
        "word); 0 are allowed"
    ]


def test_restarts_within_the_tolerance_pass(judged):
    assert judged(At(300, "flip"), Tolerances(converter_restarts=1)).passed


def test_a_converter_that_fails_for_good_is_incomplete_and_what_it_gave_is_judged(judged, design, tmp_path):
    with pytest.raises(
        IncompleteError, match=r"the converter failed for good after sample 300: CONVERTER_ID"
    ) as caught:
        judged(At(300, "power"))
    verdict = caught.value.verdict
    assert verdict.duration_s == 0.25
    assert all(tap.trouble is None for tap in verdict.taps)
    write_report(verdict, design, "alpha", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["verdict"] == "incomplete"


def test_a_converter_that_gives_less_than_a_patch_is_one_line(judged):
    with pytest.raises(LinkError, match=r"^its samples yield no token: at least 250 in a row are needed; the conv"):
        judged(At(100, "power"))


def test_another_chip_is_one_line(bus_earbud, alpha, fixed, monkeypatch):
    def an_ads1298(bus, out):
        answer = ChipBus.exchange(bus, out)
        return answer[:2] + b"\x92" if out[0] == 0x20 else answer

    with bus_earbud() as device:
        monkeypatch.setattr("earloop.hil.devices.at_bus.WitnessBus.exchange", an_ads1298)
        with pytest.raises(
            LinkError, match=r"does not start: CONVERTER_ID: no converter answers, or one of another type"
        ):
            acquire_recording(device, alpha, fixed)


def test_the_report_tells_samples_restarts_and_clock(bus_earbud, alpha, fixed, tmp_path):
    with bus_earbud() as device:
        verdict = judge_replayed(acquire_recording(device, alpha, fixed), fixed)
    write_report(verdict, fixed.design, "alpha", tmp_path / "out")
    told = json.loads((tmp_path / "out" / "summary.json").read_text())["converter"]
    assert (told["samples"], told["lost_samples"], told["restarts"]) == (verdict.run.own_samples.taken, 0, 0)
    assert told["clock"] is None
    assert told["no_clock"].startswith("the time of an emulation is not real")
    suite = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    names = [case.get("name") for case in suite.iter("testcase")]
    assert "codes equals the converter model" in names
    assert "0 restarts of the converter at most" in names
    page = (tmp_path / "out" / "report.html").read_text()
    assert "not judged: the time of an emulation is not real" in page
    assert "restarts of the converter" in page
