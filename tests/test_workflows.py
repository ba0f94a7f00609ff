"""Workflows run the commands that the Makefile has, by actions that cannot change under them, as GitHub reads them."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from earloop.system.project import ROOT
from tests.test_locks import PROJECT

WORKFLOWS = {path.name: yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / ".github/workflows").glob("*.yml")}
STEPS = [(name, step) for name, flow in WORKFLOWS.items() for job in flow["jobs"].values() for step in job["steps"]]
COMMANDS = [(name, step["run"]) for name, step in STEPS if "run" in step]
ACTIONS = [(name, step["uses"]) for name, step in STEPS if "uses" in step]


FORMS = {
    "github-workflows": [*ROOT.glob(".github/workflows/*.yml"), *ROOT.glob("examples/*/.github/workflows/*.yml")],
    "github-actions": [ROOT / "action" / "action.yml"],
    "github-issue-forms": [ROOT / ".github/ISSUE_TEMPLATE/bug.yml", ROOT / ".github/ISSUE_TEMPLATE/idea.yml"],
    "github-issue-config": [ROOT / ".github/ISSUE_TEMPLATE/config.yml"],
    "citation-file-format": [ROOT / "CITATION.cff"],
}


@pytest.mark.parametrize("form", FORMS)
def test_what_others_programs_read_has_the_form_that_they_publish(form):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{form}", *FORMS[form]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("name", "action"), ACTIONS)
def test_an_action_is_named_by_its_commit(name, action):
    assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action), name


@pytest.mark.parametrize("flow", WORKFLOWS.values(), ids=WORKFLOWS)
def test_a_workflow_may_read_and_no_more(flow):
    assert flow["permissions"] == {"contents": "read"}
    assert all("permissions" not in job and "timeout-minutes" in job for job in flow["jobs"].values())


def test_what_is_made_is_a_target_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = {word for _, command in COMMANDS for word in re.findall(r"\bmake (\w+)", command)}
    assert targets == {
        "demo",
        "test",
        "docs",
        "installs",
        "sbom",
        "audit",
        "fuzz",
        "kills",
        "mutants",
        "bench",
        "links",
    }
    assert not [target for target in targets if not re.search(rf"^{target}:", makefile, re.MULTILINE)]


def test_each_push_is_tried_on_every_python_that_is_served():
    pythons = WORKFLOWS["ci.yml"]["jobs"]["test"]["strategy"]["matrix"]["python"]
    served = SpecifierSet(PROJECT["requires-python"])
    assert pythons == [f"3.{minor}" for minor in range(100) if f"3.{minor}" in served]


def test_each_night_every_system_is_tried_that_the_readme_names():
    named = re.search(
        r"\nOn Debian (\d+) or (\d+), or Ubuntu ([\d.]+),", (ROOT / "README.md").read_text("utf-8")
    ).groups()
    systems = WORKFLOWS["nightly.yml"]["jobs"]["fresh"]["strategy"]["matrix"]["system"]
    assert systems == [f"debian-{named[0]}", f"debian-{named[1]}", f"ubuntu-{named[2]}"]
    assert all(f"    {system}) suite=" in (ROOT / "tools" / "fresh.sh").read_text("utf-8") for system in systems)


def test_the_workflows_that_a_page_shows_have_the_form_that_their_programs_publish(tmp_path):
    page = (ROOT / "docs" / "how-to" / "ci.md").read_text("utf-8")
    shown = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    for form, text in zip(("github-workflows", "gitlab-ci"), shown, strict=True):
        (tmp_path / "ci.yml").write_text(text)
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{form}", tmp_path / "ci.yml"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
