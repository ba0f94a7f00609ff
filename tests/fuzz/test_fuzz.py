"""A few hundred cases of every format; `make fuzz` runs many thousands."""

from __future__ import annotations

import pytest

from tests.fuzz.campaign import run_cases
from tests.fuzz.formats import FAULTY, MODULES

CASES = 200
LEAST_READ = 5  # of them; of a changed transcript the conversation can hardly ever be repeated


@pytest.mark.parametrize("name", MODULES)
def test_every_case_is_read_or_refused_in_one_line(name, tmp_path):
    read: list[int] = []
    findings = run_cases(name, 0, CASES, tmp_path / name, read=read.append)
    assert sum(read) >= LEAST_READ or name == "transcript", "a reader that refuses everything keeps the promise, too"
    assert not findings, "\n".join(f"case {finding.number}: {finding.trouble}" for finding in findings)


def test_each_broken_promise_is_noticed_and_its_case_kept(tmp_path):
    findings = run_cases(FAULTY, 0, 8, tmp_path)
    said = {finding.number: finding.trouble.strip().splitlines()[-1] for finding in findings}
    assert list(said) == [1, 2, 3, 4, 5], said
    assert "KeyError: 'unit'" in said[1]
    assert "MemoryError" in said[2]
    assert "Abort" in findings[2].trouble or "status -6" in findings[2].trouble
    assert "RuntimeWarning" in said[4]
    assert "a message of 10000 characters" in said[5]
    for finding in findings:
        assert (finding.case / "number").read_text() == str(finding.number)
