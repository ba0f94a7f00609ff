"""The action for others' workflows: the example repository's jobs, run step by step against the wheel."""

from __future__ import annotations

import re
import shutil
import sys
import sysconfig

import pytest
import yaml

import earloop
from earloop.system.project import ROOT
from tests.packaging.workflow_steps import ActionRun

ACTION = ROOT / "action" / "action.yml"
EXAMPLE = ROOT / "examples" / "earbud-ci"
JOBS = yaml.safe_load((EXAMPLE / ".github" / "workflows" / "hil.yml").read_text("utf-8"))["jobs"]
USES = [step["with"] for step in JOBS["emulated"]["steps"] if step["uses"].startswith("earloop/hil@")]


@pytest.fixture
def use(wheel, tmp_path):
    """Uses the action in a copy of the example, with earloop from its wheel and all else from this environment."""

    def of(workspace=None, **inputs):
        if workspace is None:
            workspace = tmp_path / "repository"
            shutil.copytree(EXAMPLE, workspace)
        offline = {
            "PIP_NO_INDEX": "1",
            "PIP_NO_DEPS": "1",
            "PIP_IGNORE_INSTALLED": "1",  # the one of this environment stays
            "PYTHONPATH": sysconfig.get_path("purelib"),
        }
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        run = ActionRun(
            action=ACTION,
            inputs={"package": str(wheel), "python": sys.executable, **given},
            workspace=workspace,
            scratch=tmp_path / "runner",
            environment=offline,
        )
        run.run()
        return run

    return of


@pytest.mark.parametrize("step", USES, ids=lambda step: step["plan"])
def test_the_jobs_of_the_example_pass_and_keep_their_reports(use, step, tmp_path):
    run = use(**step)
    assert not run.failed, run.printed
    assert f"earloop, version {earloop.__version__}" in run.printed
    assert run.outputs["run"]["status"] == "0"
    assert re.match(r"## \w+\.plan: pass\n", run.summary)
    kept = tmp_path / "repository" / run.uploads[0]["path"]
    assert (kept / "summary.json").is_file()
    assert (kept / "junit.xml").is_file()


def plan_of(tmp_path, text):
    workspace = tmp_path / "mine"
    workspace.mkdir()
    (workspace / "a plan; $(touch pwned).toml").write_text(text)
    return workspace


def test_a_plan_that_fails_fails_the_job_and_keeps_its_reports(use, tmp_path):
    limit = "[tolerances.never]\nmin_sqnr_db = {eeg_alpha = 200.0}\n"
    made = '[recordings.made]\nscenario = "walking"\nseconds = 10.0\n[devices.model]\nkind = "golden"\n'
    workspace = plan_of(tmp_path, made + limit)
    run = use(workspace, plan="a plan; $(touch pwned).toml", system_packages="")
    assert run.failed == "End as the plan ended"
    assert run.outputs["run"]["status"] == "1"
    assert "| fail |" in run.summary
    assert len(run.uploads) == 1
    assert not (workspace / "pwned").exists()


def test_a_plan_that_cannot_be_read_fails_the_job_with_its_line(use, tmp_path):
    run = use(plan_of(tmp_path, "[recordings"), plan="a plan; $(touch pwned).toml", system_packages="")
    assert run.failed == "End as the plan ended"
    assert run.outputs["run"]["status"] == "2"
    assert "Traceback" not in run.printed
    assert run.summary == ""


def test_the_page_of_the_action_names_its_inputs_and_outputs():
    facts = yaml.safe_load(ACTION.read_text("utf-8"))
    told = re.findall(r"^\| `([\w-]+)` \|", (ROOT / "action" / "README.md").read_text("utf-8"), re.MULTILINE)
    assert told == [*facts["inputs"], *facts["outputs"]]
    assert facts["inputs"]["package"]["default"] == f"earloop=={earloop.__version__}"
