"""The commands and programs of the first hour, run as they stand on files of those names in three formats."""

from __future__ import annotations

import re
import shlex

import pytest

from earloop.system.project import ROOT
from tests.own_recordings import in_turn, write_brainvision, write_edf

PAGE = (
    (ROOT / "docs" / "start" / "first-hour.md").read_text(encoding="utf-8").replace("\\\n", "")
)  # commands on one line
SECTION = (
    (ROOT / "docs" / "explanation" / "model.md").read_text(encoding="utf-8").partition("## Your own recordings")[2]
)


def write_people(folder, suffix):
    write = write_brainvision if suffix == ".vhdr" else write_edf
    for number, name in enumerate(("ana_eyes", "bo_eyes", "new")):
        write(folder / f"{name}{suffix}", in_turn(8), seconds=36.0, channels=("EarL", "EarR"), seed=number)


@pytest.mark.parametrize("suffix", [".edf", ".bdf", ".vhdr"])
def test_the_first_hour_leads_from_files_to_a_device(earloop, tmp_path, monkeypatch, suffix):
    write_people(tmp_path / "data", suffix)
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\$ earloop (.+)$", PAGE.replace(".edf", suffix), re.MULTILINE)
    assert [shlex.split(command)[0] for command in commands] == [
        *("recording", "spec", "finetune", "decode", "hil"),
        *("pretrain", "pretrain", "finetune"),
    ]
    printed = {}
    for command in commands:
        ended = earloop(*shlex.split(command))
        assert ended.status == 0, f"{command}: {ended.err}{ended.out}"
        printed.setdefault(shlex.split(command)[0], ended.out)
    assert "decisions flipped 0 of 18" in printed["hil"]
    assert "16 epochs judged in 2 splits" in printed["finetune"]
    assert all((tmp_path / "out" / name / "report.html").is_file() for name in ("eyes", "frozen"))


def test_the_outputs_of_the_page_are_those_of_the_commands(earloop, tmp_path, monkeypatch):
    write_people(tmp_path / "data", ".edf")
    monkeypatch.chdir(tmp_path)
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)[:2]:
        command, *shown = block.strip().removeprefix("$ earloop ").splitlines()
        printed = [line.rstrip() for line in earloop(*shlex.split(command)).out.splitlines()]
        assert [line for line in shown if line not in printed] == []


def test_the_programs_of_the_page_run_in_turn(earloop, tmp_path, monkeypatch, capsys):
    write_people(tmp_path / "data", ".edf")
    monkeypatch.chdir(tmp_path)
    assert earloop("spec", "from-recording", "data/ana_eyes.edf", "--reference", "Fpz", "--out", "my.toml").status == 0
    names = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(block, "first-hour.md", "exec"), names)
    assert "| my power | 1.00" in capsys.readouterr().out
    assert names["loss"].item() < 0.5  # two classes by chance: 0.69


def test_the_table_of_options_names_what_there_is(earloop):
    told = set(re.findall(r"--[a-z][a-z-]+", SECTION.partition("\n## ")[0]))
    assert told - set(re.findall(r"--[a-z][a-z-]+", earloop("finetune", "--help").out)) == set()
