"""The verification itself can fail: faults that are planted in the constants are found, and located."""

from __future__ import annotations

import re

import numpy as np
import pytest

from hw.bench.mismatch import first_mismatch
from hw.bench.stimuli import noise
from hw.runner import build_runner, run_rtl
from spec.generate import VERILOG_HEADER, generated_files
from spec.golden import GoldenTokenizer


def _flip(word, bit):
    """A change to the header: one bit of one constant, found by its left side, flipped."""

    def change(header):
        match = re.search(rf"{re.escape(word)} = (\d+)'([hd])([0-9a-f]+);", header)
        assert match
        base = {"h": 16, "d": 10}[match[2]]
        value = int(match[3], base) ^ (1 << bit)
        return header[: match.start(3)] + format(value, "x" if base == 16 else "d") + header[match.end(3) :]

    return change


# In the small design a section is {2 flags, 16 b, align, 16 d, align, 16 g, align}.
@pytest.mark.parametrize(
    ("change", "tap", "channel", "band"),
    [
        (_flip("6'd3: design_section", 5), "bands", 0, 1),
        (_flip("10'd7: design_tap", 0), "decimated", 0, None),
    ],
    ids=["coefficient", "tap"],
)
def test_one_flipped_bit_is_located(change, tap, channel, band, designs, tmp_path):
    fixed = designs["small"]
    header = change(generated_files(fixed)[VERILOG_HEADER])
    (tmp_path / VERILOG_HEADER.name).write_text(header, encoding="utf-8")
    codes = noise(fixed.design, 2000, np.random.default_rng(1))
    found = run_rtl(build_runner(fixed, generated_dir=tmp_path), fixed.design, codes, taps=True)
    wanted = GoldenTokenizer(fixed).push(codes)

    complaints = {
        t: first_mismatch(t, getattr(found, t), getattr(wanted, t)) for t in ("decimated", "notched", "bands")
    }
    complaints["tokens"] = first_mismatch("tokens", found.tokens, wanted.tokens)
    earliest = next(complaint for complaint in complaints.values() if complaint)
    assert earliest.startswith(f"{tap} differs first at ")
    assert f"channel {channel}" in earliest
    if band is not None:
        assert f"band {band}" in earliest
        other = np.arange(len(fixed.design.bands)) != band
        assert np.array_equal(found.bands[..., other], wanted.bands[..., other])
