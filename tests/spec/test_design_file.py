from __future__ import annotations

import pytest

from earloop.spec.design import load_design
from earloop.spec.design_file import write_design
from earloop.spec.errors import DesignError
from earloop.spec.variants import vary_reference

DESIGNS = {
    "the reference": vary_reference(),
    "two electrodes and a band": vary_reference(
        bands=("eeg_alpha",),
        electrodes={"left": ["TP9"], "right": ["TP10"], "reference": ["Fpz"]},
        notch={"mains_hz": 0},
    ),
}


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_a_design_that_was_written_is_read_as_the_same(design, tmp_path):
    write_design(design, tmp_path / "mine.toml")
    read = load_design(tmp_path / "mine.toml")
    assert read == design
    assert read.design_hash == design.design_hash


def test_a_place_that_cannot_be_written_is_one_line(design, tmp_path):
    with pytest.raises(DesignError, match=r"nowhere/mine.toml: cannot be written \(No such file or directory\)"):
        write_design(design, tmp_path / "nowhere" / "mine.toml")
