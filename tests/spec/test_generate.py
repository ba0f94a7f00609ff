"""The committed Verilog and C constants are those of the design."""

from __future__ import annotations

import re

from earloop.spec.fixed import compile_design
from earloop.spec.generate import C_DESIGN_HEADER, COMMAND, generated_files, stale_files, write_generated


def test_the_committed_headers_are_those_of_the_design(fixed):
    stale = [str(path) for path in stale_files(generated_files(fixed))]
    assert not stale, f"{', '.join(stale)} drifted from the design: run {COMMAND}"


def test_drift_is_noticed_and_mended(fixed, tmp_path):
    files = generated_files(fixed)
    write_generated(files, tmp_path)
    assert stale_files(files, tmp_path) == []
    header = tmp_path / C_DESIGN_HEADER
    header.write_text(header.read_text().replace("21330", "21331", 1))
    assert stale_files(files, tmp_path) == [C_DESIGN_HEADER]
    assert write_generated(files, tmp_path) == [C_DESIGN_HEADER]
    assert stale_files(files, tmp_path) == []


def test_the_c_taps_are_the_designs(fixed):
    text = generated_files(fixed)[C_DESIGN_HEADER]
    body = text[text.index("DESIGN_TAP_VALUES") :]
    values = [int(v) for v in re.findall(r"-?\d+", body[body.index("{") : body.index("}")])]
    assert tuple(values) == fixed.taps


def test_another_design_gives_other_headers(design_data, fixed):
    from earloop.spec.design import parse_design

    design_data["notch"]["mains_hz"] = 60
    other = generated_files(compile_design(parse_design(design_data)))
    assert all(other[path] != text for path, text in generated_files(fixed).items() if "design" in path.name)
