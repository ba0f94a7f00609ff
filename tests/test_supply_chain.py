"""The audit passes only when a service that knows of vulnerabilities was asked about every locked release."""

from __future__ import annotations

import importlib.util
import json
import stat
import sys

import pytest

from earloop.system.project import ROOT

# Stands in for pip-audit, whose service is on the network: answers, from a table, in pip-audit's own form.
STAND_IN = """#!{python}
import json, sys
known, judges = json.loads({table!r})
option = dict(zip(sys.argv, sys.argv[1:]))
pins = [line.split("==") for line in open(option["--requirement"]).read().split()]
assert len(dict(pins)) == len(pins), "a list may name a package once only"
if not judges:
    sys.exit("ERROR: the service cannot be reached")
open({asked!r}, "a").writelines(f"{{name}}=={{version}}\\n" for name, version in pins)
answer = [
    dict(name=name, version=version, vulns=[dict(id=i, fix_versions=[]) for i in known.get(name + "==" + version, [])])
    for name, version in pins
]
answer = [entry if entry["name"] != judges else {{"name": judges, "skip_reason": "not found"}} for entry in answer]
open(option["--output"], "w").write(json.dumps({{"dependencies": answer}}))
"""
CANARY = {"jinja2==2.10": ["CVE-2019-10906"]}
LOCKS = {"py311.lock": ["a==1", "b==2"], "py312.lock": ["a==1", "b==3"], "torch-cpu.lock": ["torch==2.13.0+cpu"]}
RELEASES = {"a==1", "b==2", "b==3", "torch==2.13.0"}


@pytest.fixture
def audit(tmp_path, monkeypatch, capsys):
    """Runs the audit of LOCKS by a service that knows so much; gives status, what was said and what was asked."""
    found = importlib.util.spec_from_file_location("supply_chain", ROOT / "tools" / "supply_chain.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    locks, environment, asked = tmp_path / "locks", tmp_path / "environment", tmp_path / "asked"
    (environment / "bin").mkdir(parents=True)
    locks.mkdir()
    for name, pins in LOCKS.items():
        hashed = (f"{pin} \\\n    --hash=sha256:{'0' * 64}\n" for pin in pins)
        (locks / name).write_text("".join(hashed))
    for name, value in {"LOCKS": locks, "ENVIRONMENT": environment, "_set_up": lambda: None}.items():
        monkeypatch.setattr(module, name, value)

    def run(known, judges="everything"):
        program = environment / "bin" / "pip-audit"
        table = json.dumps([known, judges])
        program.write_text(STAND_IN.format(python=sys.executable, table=table, asked=str(asked)))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        status = module.main(["audit"])
        said = capsys.readouterr()
        return status, (said.out + said.err).splitlines(), set(asked.read_text().split()) if asked.exists() else set()

    return run


def test_it_passes_when_every_release_was_asked_about_and_none_is_known(audit):
    status, said, asked = audit(CANARY)
    assert status == 0
    assert said == ["audit: 4 releases asked about, 0 known vulnerabilities"]
    assert asked == RELEASES | set(CANARY)


def test_it_fails_and_names_what_is_known(audit):
    status, said, _ = audit(CANARY | {"b==3": ["CVE-1", "CVE-2"]})
    assert status == 1
    assert said[:-1] == ["b 3: CVE-1, mended in none", "b 3: CVE-2, mended in none"]


@pytest.mark.parametrize(
    ("known", "judges", "why"),
    [
        ({}, "everything", "knows of nothing wrong with jinja2==2.10"),  # a mirror that leaves vulnerabilities out
        (CANARY, "", "did not answer: ERROR: the service cannot be reached"),
        (CANARY, "b", "was asked about 3 releases and judged 2"),
    ],
)
def test_it_never_passes_in_silence(audit, known, judges, why):
    status, said, _ = audit(known, judges)
    assert status == 2
    assert len(said) == 1
    assert why in said[0]
