"""The verification can fail: one coefficient bit flipped in a generated header is found, and its band named."""

from __future__ import annotations

import json
import re

import pytest

from earloop.cli.main import main
from earloop.firmware.build import build_elf
from earloop.hw import build_runner
from earloop.recordings import write_session
from earloop.spec.generate import C_DESIGN_HEADER, C_PROTOCOL_HEADER, VERILOG_HEADER, generated_files

BAND = "eeg_beta"


def flip_c(text):
    """Flip the lowest bit of the d mantissa of the band's first section."""
    line = next(line for line in text.splitlines() if f"/* {BAND} */" in line)
    fields = line.split(", ")
    fields[4] = str(int(fields[4]) ^ 1)
    return text.replace(line, ", ".join(fields))


def flip_verilog(text):
    """Flip bit 12 of the d mantissa, shifted, in the first product of the band's first section."""
    word = re.search(rf"// {BAND}, first section\n\s+10'd\d+: design_product = \d+'h([0-9a-f]+);", text)[1]
    return text.replace(word, f"{int(word, 16) ^ 1 << 12:0{len(word)}x}", 1)


@pytest.fixture(scope="module")
def session(codes_10s, tmp_path_factory):
    path = tmp_path_factory.mktemp("session") / "codes.zarr"
    write_session(codes_10s, path)
    return path


def run(kind, session, image, out):
    with pytest.raises(SystemExit) as stop:
        main(["hil", "run", "--device", kind, "--recording", str(session), "--image", str(image), "--out", str(out)])
    return stop.value.code, json.loads((out / "summary.json").read_text())


@pytest.mark.parametrize(
    ("kind", "headers", "flip", "build"),
    [
        ("firmware", (C_DESIGN_HEADER, C_PROTOCOL_HEADER), flip_c, build_elf),
        ("rtl", (VERILOG_HEADER,), flip_verilog, build_runner),
    ],
)
def test_a_flipped_coefficient_bit_fails_and_is_located(kind, headers, flip, build, fixed, session, tmp_path, capsys):
    generated = tmp_path / "generated"
    generated.mkdir()
    texts = generated_files(fixed)
    for header in headers:
        (generated / header.name).write_text(texts[header])
    first = generated / headers[0].name
    first.write_text(flip(texts[headers[0]]))
    assert first.read_text() != texts[headers[0]]

    code, summary = run(kind, session, build(fixed, generated_dir=generated), tmp_path / "out")
    assert code == 1
    assert summary["verdict"] == "fail"
    assert summary["mismatches"] > 0
    assert summary["first_divergence"]["band"] == BAND
    printed = capsys.readouterr().out
    assert f"band {BAND}, sample {summary['first_divergence']['sample']}" in printed
    assert summary["departure"]["first"]["tap"] == "bands", "of the taps, which an earbud gives in a second run"
    assert (summary["departure"]["second_run"] is not None) == (kind == "firmware")
    assert "seems wrong: first tap that differs" in printed


@pytest.mark.parametrize(("kind", "build"), [("firmware", build_elf), ("rtl", build_runner)])
def test_the_untampered_build_passes_the_same_recording(kind, build, fixed, session, tmp_path):
    code, summary = run(kind, session, build(fixed), tmp_path / "out")
    assert code == 0
    assert summary["mismatches"] == 0
    assert summary["tokens"] == 40 * 4 * 12
