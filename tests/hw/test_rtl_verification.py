"""The verification itself can fail: faults that are planted in the constants are found, and located."""

from __future__ import annotations

import re

import numpy as np
import pytest

from earloop.hw.bench.mismatch import first_mismatch
from earloop.hw.bench.stimuli import noise
from earloop.hw.simulate.runner import build_runner, run_rtl
from earloop.spec.generate import VERILOG_HEADER, generated_files
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.program import Program


def _flip(step, row, bit):
    """A change to the header: one bit of b flipped in a row of a step."""

    def change(header, program):
        names = [other.name for other in program.steps]
        address = row + sum(len(other.rows) for other in program.steps[: names.index(step)])
        match = re.search(rf"10'd{address}: design_product = \d+'h([0-9a-f]+);", header)
        assert match
        return header[: match.start(1)] + format(int(match[1], 16) ^ (1 << bit), "x") + header[match.end(1) :]

    return change


@pytest.mark.parametrize(
    ("change", "tap", "channel", "band"),
    [
        (_flip("eeg_gamma, second section", 1, 12), "bands", 0, 1),
        (_flip("decimate", 7, 8), "decimated", 0, None),
    ],
    ids=["coefficient", "tap"],
)
def test_one_flipped_bit_is_located(change, tap, channel, band, designs, tmp_path):
    fixed = designs["small"]
    header = change(generated_files(fixed)[VERILOG_HEADER], Program(fixed))
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
