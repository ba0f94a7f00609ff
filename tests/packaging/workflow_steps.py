"""Runs the steps of a composite action as a runner does: each `run` in bash, with its inputs, outputs and summary.

Knows of GitHub's expressions what our action uses: `inputs.NAME`, `steps.ID.outputs.NAME`, and conditions made of
`always()`, `!=`, strings and `&&`. Anything else is an error, so that an action does not outgrow its test unseen.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
TERM = re.compile(r"always\(\)|([\w.-]+) != '([^']*)'")


@dataclass(kw_only=True)
class ActionRun:
    """One use of an action: what its steps printed, put out, and left in the job's summary."""

    action: Path
    inputs: dict[str, str]
    workspace: Path
    scratch: Path
    environment: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    uploads: list[dict[str, str]] = field(default_factory=list)
    printed: str = ""
    failed: str = ""  # the name of the first step that failed

    def run(self) -> None:
        """Run every step whose condition holds."""
        facts = yaml.safe_load(self.action.read_text("utf-8"))
        unknown = set(self.inputs) - set(facts["inputs"])
        assert not unknown, f"the action has no input {unknown}"
        for name, declared in facts["inputs"].items():
            assert name in self.inputs or not declared.get("required"), f"the action needs {name}"
            self.inputs.setdefault(name, declared.get("default", ""))
        self.scratch.mkdir()
        for step in facts["runs"]["steps"]:
            if self._is_due(step.get("if")):
                self._take(step)

    @property
    def summary(self) -> str:
        """What the steps wrote into the job's summary."""
        path = self.scratch / "job-summary"
        return path.read_text("utf-8") if path.exists() else ""

    def _is_due(self, condition: str | None) -> bool:
        if condition is None:
            return not self.failed
        terms = condition.split(" && ")
        assert all(TERM.fullmatch(term) for term in terms), condition
        compared = [TERM.fullmatch(term).groups() for term in terms if term != "always()"]
        due = all(self._value(name) != other for name, other in compared)
        return due and (not self.failed or "always()" in terms)

    def _value(self, name: str) -> str:
        match name.split("."):
            case ["inputs", key]:
                return self.inputs[key]
            case ["steps", step, "outputs", key]:
                return self.outputs[step].get(key, "")
        raise AssertionError(f"unknown expression {name}")

    def _filled(self, text: str) -> str:
        return EXPRESSION.sub(lambda match: self._value(match[1]), text)

    def _take(self, step: dict) -> None:
        if "uses" in step:
            self.uploads.append({key: self._filled(str(value)) for key, value in step["with"].items()})
            return
        assert "${{" not in step["run"], "an input in a script is code of whoever sets it; hand it over by env"
        put_out = self.scratch / f"output-{step.get('id', 'none')}"
        files = {
            "GITHUB_OUTPUT": put_out,
            "GITHUB_STEP_SUMMARY": self.scratch / "job-summary",
            "RUNNER_TEMP": self.scratch,
        }
        given = {key: self._filled(value) for key, value in step.get("env", {}).items()}
        script = self.scratch / "script.sh"
        script.write_text(step["run"], encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.workspace, env=os.environ | self.environment | {k: str(v) for k, v in files.items()} | given,
            capture_output=True, text=True, check=False, timeout=500,
        )  # fmt: skip
        self.printed += done.stdout + done.stderr
        if done.returncode:
            self.failed = self.failed or step["name"]
        if "id" in step:
            lines = put_out.read_text("utf-8").splitlines() if put_out.exists() else []
            self.outputs[step["id"]] = dict(line.split("=", 1) for line in lines)
