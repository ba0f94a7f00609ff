"""What a device's tokens do to a decoder's decisions: counted beside the float path's, and held to a limit if any."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pytest

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.judging.judge import judge
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.reports.summary import write_report
from earloop.model.config import ModelError
from earloop.model.export.decode import decode
from earloop.model.export.embedder import Embedder
from earloop.model.tokens.tokenize import tokenize
from earloop.spec.variants import vary_reference
from earloop.synth_data import synthesise
from tests.hil.conftest import AlteredDevice
from tests.model.decoders_made import CLASSES, learned

PATCHES = 4  # of a window of 1 s


@pytest.fixture(scope="module")
def streams(codes_10s, design):
    return {source: tokenize(codes_10s, design, source=source, name=source) for source in ("golden", "float")}


@pytest.fixture(scope="module")
def decoder(streams):
    return learned(streams["golden"])


@pytest.fixture(scope="module")
def values(streams):
    return learned(streams["golden"], classes=(), outputs=("gaze_x_deg", "gaze_y_deg"))


def windows(stream):
    """Side by side, whatever the stream's source."""
    return np.stack([stream.window(start, PATCHES) for start in range(0, 2000, 200)]).astype(np.float32)


@pytest.fixture(scope="module")
def decided(decoder, streams):
    """What is decided of the device's tokens if they are right; the same as of the float path's."""
    chosen = decode(decoder, streams["golden"]).chosen
    np.testing.assert_array_equal(chosen, decoder.predict(windows(streams["float"])).argmax(axis=1))
    return chosen


@pytest.fixture(scope="module")
def pair(decided):
    """The first window that another is decided of than of the one before, and that before it."""
    after = int(np.flatnonzero(np.diff(decided))[0]) + 1
    return after - 1, after


@pytest.fixture(scope="module")
def swapped(fixed, pair):
    """A device that gives the tokens of two windows in each other's place."""
    a, b = (np.arange(PATCHES * i, PATCHES * (i + 1)) for i in pair)

    def alter(run):
        run.tokens[np.concatenate([a, b])] = run.tokens[np.concatenate([b, a])]
        return run

    return AlteredDevice(fixed, alter)


def test_fixed_point_flips_no_decision_and_the_verdict_is_what_it_was(fixed, codes_10s, decoder, decided):
    verdict = judge(GoldenDevice(fixed), codes_10s, fixed, decoder=decoder)
    assert verdict.passed
    np.testing.assert_array_equal(verdict.decisions.device, decided)
    assert str(verdict.decisions) == "decisions flipped 0 of 10"


def test_windows_in_each_others_place_flip_both_decisions(fixed, codes_10s, decoder, decided, pair, swapped):
    found = judge(swapped, codes_10s, fixed, decoder=decoder).decisions
    assert found.flipped.tolist() == list(pair)
    first, second = (CLASSES[decided[i]] for i in pair)
    assert str(found) == (
        f"decisions flipped 2 of 10; the first, from {pair[0]} s: {second}, with the float path {first}"
    )  # fmt: skip


def test_a_limit_on_flips_fails_every_file_of_the_verdict(fixed, codes_10s, decoder, swapped, pair, tmp_path):
    exact = Tolerances(mismatches=10**6, max_flipped=0.2)
    assert judge(swapped, codes_10s, fixed, tolerances=exact, decoder=decoder).passed
    limits = Tolerances(mismatches=10**6, max_flipped=0.1)
    verdict = judge(swapped, codes_10s, fixed, tolerances=limits, decoder=decoder)
    assert verdict.reasons == [f"{verdict.decisions}; 10.000% or less wanted"]
    write_report(verdict, fixed.design, "a.zarr", tmp_path / "out")
    decisions = json.loads((tmp_path / "out" / "summary.json").read_text())["decisions"]
    assert (decisions["windows"], decisions["window_s"], decisions["flipped"]) == (10, 1.0, 2)
    assert decisions["first_flipped"]["start_s"] == pair[0]
    suite = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    assert suite.find("properties/property[@name='decoder']").get("value") == str(verdict.decisions)
    (failed,) = (case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None)
    assert failed == "decisions flipped: 10.000% or less"
    page = (tmp_path / "out" / "report.html").read_text()
    assert str(verdict.decisions) in page
    assert "10.000% or less" in page


def test_an_encoder_and_a_decoder_are_both_asked(fixed, codes_10s, decoder, tmp_path):
    embedder = Embedder.of(decoder.network.encoder, decoder.info.format, np.full(12, 100, np.float32))
    verdict = judge(GoldenDevice(fixed), codes_10s, fixed, embedder=embedder, decoder=decoder)
    assert len(verdict.embeddings.cosine) == len(verdict.decisions.device) == 10
    write_report(verdict, fixed.design, "a.zarr", tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.count("Effect on the model") == 1
    assert "decisions flipped 0 of 10" in page


def test_the_error_of_a_value_is_that_between_both_paths(fixed, codes_10s, values, streams, swapped, pair, tmp_path):
    right = judge(GoldenDevice(fixed), codes_10s, fixed, decoder=values)
    golden, floats = (values.predict(windows(streams[source])).astype(float) for source in ("golden", "float"))
    np.testing.assert_allclose(right.decisions.errors, golden - floats, atol=1e-6)
    assert right.passed
    assert right.decisions.departure < 1e-2
    limits = Tolerances(mismatches=10**6, max_value_error=0.01)
    wrong = judge(swapped, codes_10s, fixed, tolerances=limits, decoder=values)
    a, b = pair
    greatest = np.abs(golden[[b, a]] - floats[[a, b]])
    assert wrong.decisions.departure == pytest.approx(greatest.max(), rel=1e-5)
    (reason,) = wrong.reasons
    assert reason.startswith(f"greatest error of a value {greatest.max():.3g} (gaze_")
    assert reason.endswith("; 0.01 or less wanted")
    write_report(wrong, fixed.design, "a.zarr", tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())["decisions"]
    assert list(summary["greatest_error"].values()) == pytest.approx(greatest.max(axis=(0, 1)), rel=1e-5)
    assert a <= summary["worst_patch_s"] < b + 1


def test_a_decoder_of_another_design_is_refused(fixed, codes_10s):
    other = vary_reference(electrodes={"left": ["T9"], "right": ["T10"], "reference": ["TP9", "TP10"]})
    uv = synthesise(other, duration_s=10.0, seed=2).recording
    with pytest.raises(ModelError, match=r"^tokens of the device: its channels are T7, T9, T8, T10, not T9, T10 "):
        judge(GoldenDevice(fixed), codes_10s, fixed, decoder=learned(tokenize(uv, other, name="other")))
