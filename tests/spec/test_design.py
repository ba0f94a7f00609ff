"""The design file: what is refused, in which words, and what the hash stands for."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from earloop.spec.design import DEFAULT_DESIGN_PATH, load_design, parse_design
from earloop.spec.errors import DesignError
from earloop.spec.fixed import compile_design
from earloop.spec.variants import vary_reference


def changed(data, *path_and_value):
    *path, last, value = path_and_value
    table = data
    for key in path:
        table = table[key]
    table[last] = value
    return data


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("notch", "mains", 50), ["notch.mains", "unknown key", "mains_hz"]),
        (("bands", 2, "hight_hz", 13.0), ["bands[2].hight_hz", "unknown key", "high_hz"]),
        (("colour", "red"), ["colour", "unknown key", "converter"]),
        (("bands", 2, "high_hz", 130.0), ["bands[2] (eeg_alpha).high_hz = 130", "Nyquist", "100"]),
        (("bands", 2, "low_hz", 13.0), ["bands[2] (eeg_alpha).low_hz = 13", "below high_hz"]),
        (("decimator", "factor", 7), ["decimator.factor = 7", "not a whole rate", "valid: 1, 2, 4, 5, 8"]),
        (("decimator", "taps", 250), ["decimator.taps = 250", "valid: 251"]),
        (("converter", "gain", 5), ["converter.gain = 5", "1, 2, 4, 6, 8, 12 or 24"]),
        (("electrodes", "left", ["T8", "T9"]), ["electrodes", "stands twice"]),
        (("bands", 3, "name", "eeg_alpha"), ["bands[3] (eeg_alpha).name", "stands twice"]),
        (("name", 3), ["name = 3"]),
    ],
)
def test_a_wrong_value_is_refused_with_its_key_and_what_is_valid(design_data, change, words):
    with pytest.raises(DesignError) as refusal:
        parse_design(changed(design_data, *change), "earbud.toml")
    message = str(refusal.value)
    assert message.startswith("earbud.toml: ")
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_missing_table_is_named(design_data):
    del design_data["converter"]
    with pytest.raises(DesignError, match="converter: missing"):
        parse_design(design_data)


@pytest.mark.parametrize("bits", [8, 12, 14])
def test_a_coefficient_word_too_narrow_for_its_band_is_refused_with_the_width_that_would_do(design_data, bits):
    narrow = parse_design(changed(design_data, "fixed_point", "coefficient_bits", bits))
    with pytest.raises(DesignError, match=rf"bits = {bits}: too narrow for band \w+, .* valid: (\d+) bits") as refusal:
        compile_design(narrow)
    enough = int(re.search(r"valid: (\d+)", str(refusal.value))[1])
    compile_design(parse_design(changed(design_data, "fixed_point", "coefficient_bits", enough)))
    with pytest.raises(DesignError):
        compile_design(parse_design(changed(design_data, "fixed_point", "coefficient_bits", enough - 1)))


def test_taps_too_narrow_for_the_guard_bits_are_refused_with_the_width_that_would_do(design_data):
    design_data["decimator"] |= {"factor": 1, "tap_bits": 8}
    design_data["converter"]["rate_hz"] = 250
    with pytest.raises(DesignError, match=r"decimator.tap_bits = 8: .* valid: 10 and up"):
        compile_design(parse_design(design_data))
    design_data["decimator"]["tap_bits"] = 10
    compile_design(parse_design(design_data))


def test_a_missing_file_and_a_file_that_is_no_toml_are_one_line(tmp_path):
    with pytest.raises(DesignError, match="cannot be read"):
        load_design(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("name = [")
    with pytest.raises(DesignError, match="not a TOML file"):
        load_design(broken)


def test_the_hash_ignores_comments_and_order_and_sees_every_value(tmp_path, design, design_data):
    text = DEFAULT_DESIGN_PATH.read_text(encoding="utf-8")
    commented = tmp_path / "commented.toml"
    commented.write_text("# another comment\n" + text)
    assert load_design(commented).design_hash == design.design_hash
    assert parse_design(dict(reversed(design_data.items()))).design_hash == design.design_hash
    assert parse_design(changed(design_data, "bands", 0, "low_hz", 0.51)).design_hash != design.design_hash


def test_a_design_is_frozen(design):
    with pytest.raises(ValidationError):
        design.name = "another"


def test_one_code_is_the_datasheets_lsb(design):
    assert design.converter.lsb_uv == pytest.approx(0.0447, abs=5e-5)  # SBAS499C at gain 12, VREF 4.5 V


def test_other_electrodes_never_keep_the_reference_in_silence(design):
    with pytest.raises(DesignError, match=r"wanted electrodes\.reference, too"):
        vary_reference(electrodes={"left": ["T7"], "right": ["T8"]})
    varied = vary_reference(electrodes={"left": ["T7"], "right": ["T8"], "reference": ["TP9", "TP10"]})
    assert varied.electrodes.reference == design.electrodes.reference
