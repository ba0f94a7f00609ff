"""A few hundred cases of every format; `make fuzz` runs many thousands."""

from __future__ import annotations

import pytest

from tests.fuzz.campaign import run_cases
from tests.fuzz.formats import MODULES

CASES = 200


@pytest.mark.parametrize("name", MODULES)
def test_every_case_is_read_or_refused_in_one_line(name, tmp_path):
    findings = run_cases(name, 0, CASES, tmp_path / name)
    assert not findings, "\n".join(f"case {finding.number}: {finding.trouble}" for finding in findings)
