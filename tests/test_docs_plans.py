"""The plans that the documentation hands out: each can be run, and that of faults has all that need no line."""

from __future__ import annotations

import pytest

from earloop.hil.faults.kinds import FAULT_KINDS, Family
from earloop.hil.plan.plan import load_plan
from earloop.system.project import ROOT

PLANS = ROOT / "docs" / "plans"


@pytest.mark.parametrize("path", sorted(PLANS.iterdir()), ids=lambda path: path.name)
def test_it_can_be_run_as_it_stands(path):
    assert len(load_plan(path).cases) > 1


def test_the_plan_of_faults_has_every_kind_that_needs_no_line():
    found = {case.fault.kind for case in load_plan(PLANS / "faults.plan.toml").cases if case.fault is not None}
    assert found == {kind for kind, facts in FAULT_KINDS.items() if facts.family is not Family.LINK}
