"""The MISRA C deviations in docs/explanation/firmware-misra.md name every rule that cppcheck's addon reports."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache

import pytest

from earloop.firmware.build import BOARDS, SOURCES
from earloop.spec.generate import C_DESIGN_HEADER
from earloop.system.project import ROOT

ROW = re.compile(r"^\| (?P<rule>(?:Dir )?[0-9]+\.[0-9]+) \| (?P<category>\w+) \| (?P<found>\w+) \|", re.MULTILINE)
MANDATORY = {  # of MISRA C:2012 with its amendments 1 and 2
    *("9.1", "12.5", "13.6", "17.3", "17.4", "17.6", "19.1", "21.13", "21.17", "21.18", "21.19", "21.20"),
    *("22.2", "22.4", "22.5", "22.6"),
}


def listed():
    """Category and how it was found, of each rule in the table."""
    text = (ROOT / "docs" / "explanation" / "firmware-misra.md").read_text(encoding="utf-8")
    return {row["rule"]: (row["category"], row["found"]) for row in ROW.finditer(text)}


@cache
def addon_is_here():
    found = subprocess.run(["cppcheck", "--addon=misra", "--version"], capture_output=True, text=True, check=False)
    return found.returncode == 0 and "Did not find addon" not in found.stdout + found.stderr


def reported(*files):
    if shutil.which("cppcheck") is None or not addon_is_here():
        pytest.skip("cppcheck with its addon misra is not here")
    includes = [f"-I{folder}" for folder in (C_DESIGN_HEADER.parent, SOURCES, BOARDS)]
    done = subprocess.run(
        ["cppcheck", "--addon=misra", "--std=c11", "-q", "-DBUILD_ID={0}", *includes, *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return set(re.findall(r"misra-c2012-([0-9]+\.[0-9]+)", done.stderr + done.stdout))


def test_every_rule_that_is_reported_is_listed():
    rules = reported(*SOURCES.glob("*.c"), *(BOARDS / "stm32f405").glob("*.c"))
    assert rules, "the addon ran"
    assert not rules - set(listed()), (
        "add the rule and the reason to docs/explanation/firmware-misra.md, or mend the code"
    )


def test_no_mandatory_rule_is_listed():
    assert not MANDATORY & set(listed())
    assert {category for category, _ in listed().values()} == {"required", "advisory"}


def test_a_planted_violation_is_noticed(tmp_path):
    (tmp_path / "a.c").write_text(
        "int f(int i);\nint f(int i)\n{\n    if (i > 0) {\n        goto end;\n    }\nend:\n    return i;\n}\n"
    )
    assert reported(tmp_path / "a.c") - set(listed()) == {"15.1"}
