"""The commands of "Your own recordings" in the documentation, run as they stand on files of those names."""

from __future__ import annotations

import re
import shlex

from earloop.spec.design import load_design
from earloop.system.project import ROOT
from tests.own_recordings import in_turn, write_edf

SECTION = (ROOT / "docs" / "model.md").read_text(encoding="utf-8").partition("## Your own recordings")[2]


def test_the_example_leads_from_files_to_a_device(earloop, tmp_path, monkeypatch):
    channels = load_design().channels
    for number, name in enumerate(("sub-01_eyes", "sub-02_eyes", "new")):
        path = tmp_path / "data" / f"{name}.edf"
        write_edf(path, in_turn(8), seconds=36.0, channels=channels, seed=number)
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\$ earloop (.+)$", SECTION.partition("```console")[2].partition("```")[0], re.MULTILINE)
    assert [shlex.split(command)[0] for command in commands] == ["finetune", "decode", "hil"]
    for command in commands:
        ended = earloop(*shlex.split(command))
        assert ended.status == 0, f"{command}: {ended.err}{ended.out}"
    assert "decisions flipped 0 of 18" in ended.out
    assert (tmp_path / "out" / "eyes" / "report.html").is_file()


def test_the_table_of_options_names_what_there_is(earloop):
    told = set(re.findall(r"--[a-z][a-z-]+", SECTION.partition("\n## ")[0]))
    there = set(re.findall(r"--[a-z][a-z-]+", earloop("finetune", "--help").out))
    assert told - there == {"--device"}  # an option of `hil run`
