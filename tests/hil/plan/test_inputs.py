"""A verdict is known only for the very bytes that it was found on, in every file that a recording is made of."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hil.plan.inputs import inputs_digest
from earloop.hil.plan.plan import load_plan
from tests.brainvision import write_brainvision


@pytest.fixture(params=["vhdr", "VHDR"])
def case(request, tmp_path):
    write_brainvision(tmp_path, np.zeros((400, 2), "<i2"), name="old.vhdr").rename(tmp_path / f"new.{request.param}")
    path = tmp_path / "a.toml"
    path.write_text(f'[recordings.a]\nfile = "new.{request.param}"\n[devices.model]\nkind = "golden"\n')
    return load_plan(path).cases[0]


@pytest.mark.parametrize("suffix", ["eeg", "vmrk"])
def test_a_brainvision_recording_is_its_header_and_the_files_that_it_names(case, tmp_path, suffix):
    before = inputs_digest(case, None)
    (tmp_path / "unrelated.eeg").write_bytes(b"1")
    assert inputs_digest(case, None) == before
    content = (tmp_path / f"old.{suffix}").read_bytes()
    (tmp_path / f"old.{suffix}").write_bytes(b"\1" + content[1:])
    assert inputs_digest(case, None) != before


def test_a_header_without_its_files_is_an_input_of_its_own(case, tmp_path):
    before = inputs_digest(case, None)
    (tmp_path / "old.eeg").unlink()
    assert inputs_digest(case, None) != before
