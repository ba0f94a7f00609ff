"""The shipped designs: each is what its device carries, and every device computes the same tokens with it."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hil.devices.open_device import open_device
from earloop.hil.judging.judge import judge
from earloop.hil.judging.words_hold import words_hold
from earloop.recordings import Recording
from earloop.sim import convert
from earloop.spec.design import load_design
from earloop.spec.errors import DesignError
from earloop.spec.fixed import compile_design
from earloop.spec.shipped import shipped_designs
from earloop.synth_data import synthesise

# Of each device: rate in Hz, and the highest frequency that its filters pass, from the sources in the design's file.
DEVICES = {
    "neurobuds": (1000, 100),
    "cap-temporal": (500, 100),
    "ceegrid-cyton": (250, 90),
    "in-ear-one": (250, 90),
    "muse": (256, 90),
    "openearable-exg": (256, 75),
}
NOT_ON_THE_HEAD_MODEL = {"ceegrid-cyton"}


@pytest.mark.parametrize("name", DEVICES)
def test_no_band_of_a_shipped_design_is_above_what_its_device_carries(name):
    rate_hz, highest_hz = DEVICES[name]
    design = load_design(name)
    assert design.name in (name, f"{name}-reference")
    assert max(band.high_hz for band in design.bands) <= highest_hz < rate_hz / 2
    assert design.token_rate_hz <= rate_hz


def test_the_table_above_has_every_shipped_design():
    assert set(shipped_designs()) == set(DEVICES)


@pytest.mark.parametrize("mains_hz", [0, 50, 60])
@pytest.mark.parametrize("name", DEVICES)
def test_the_words_of_a_shipped_design_hold_with_any_mains(name, mains_hz):
    design = load_design(name)
    notch = design.notch.model_copy(update={"mains_hz": mains_hz})
    fixed = compile_design(design.model_copy(update={"notch": notch}))
    assert [quality.band for quality in words_hold(fixed) if quality.short_channels] == []


@pytest.mark.parametrize("name", DEVICES)
def test_golden_model_and_firmware_give_equal_tokens_with_a_shipped_design(name):
    fixed = compile_design(load_design(name))
    rng = np.random.default_rng(5)
    uv = rng.standard_normal(((10 * 256), len(fixed.design.channels))).cumsum(axis=0) * 3
    recording = Recording(uv, "uV", 256.0, fixed.design.channels)
    with open_device("firmware", fixed) as device:
        verdict = judge(device, recording, fixed)
    assert verdict.passed, verdict.reasons
    assert verdict.mismatches == 0
    assert verdict.run.tokens.size > 0


@pytest.mark.parametrize("name", sorted(set(DEVICES) - NOT_ON_THE_HEAD_MODEL))
def test_a_session_can_be_synthesised_for_electrodes_that_the_head_model_knows(name):
    design = load_design(name)
    codes = convert(synthesise(design, duration_s=10.0, seed=1), design, seed=1)
    assert codes.channels == design.channels
    assert codes.data.std(axis=0).min() > 0


@pytest.mark.parametrize("name", sorted(NOT_ON_THE_HEAD_MODEL))
def test_other_electrodes_are_refused_by_the_head_model_by_name(name):
    with pytest.raises(Exception, match="electrode L1: its position on the head is unknown"):
        synthesise(load_design(name), duration_s=10.0, seed=1)


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(DesignError, match=r"muze: no shipped design and no file .*neurobuds, cap-temporal, .*muse"):
        load_design("muze")


def test_a_file_of_the_name_of_a_shipped_design_is_that_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "muse").write_text("this is not a design")
    with pytest.raises(DesignError, match="muse: not a TOML file"):
        load_design("muse")
