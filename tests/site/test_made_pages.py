"""The pages that are made from the code say all that files, commands and protocol have."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module

import pytest

from earloop.cli.main import COMMANDS
from earloop.hil.faults.kinds import FAULT_KINDS
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.plan.plan import load_plan
from earloop.spec.design import parse_design
from earloop.spec.messages import MessageType, Tap
from earloop.spec.shipped import design_file, shipped_designs
from earloop.synth_data import parse_scenario, scenario_names
from earloop.synth_data.scenes.scenario import FOLDER
from earloop.system.project import ROOT
from tools.site import api, commands, files, messages, summary, taps

REFERENCE = ROOT / "docs" / "reference"
MADE = files.pages() | messages.pages() | taps.pages() | commands.pages() | summary.pages()


def made(name: str) -> str:
    return MADE[f"reference/generated/{name}"]


def first_block(page: str, language: str) -> str:
    """The first block of code of a written page."""
    return re.findall(rf"```{language}\n(.*?)```", (REFERENCE / page).read_text(encoding="utf-8"), re.DOTALL)[0]


def below(page: str, heading: str) -> str:
    """What stands below a heading, up to the next."""
    return re.split(r"^##+ ", page.split(f"# {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def keys(text: str) -> set[str]:
    """The keys in the first column of a table."""
    return set(re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE))


@pytest.mark.parametrize("name", shipped_designs())
def test_every_key_of_a_shipped_design_is_on_the_page_below_its_table(name):
    page, design = made("design-keys.inc"), tomllib.loads(design_file(name).read_text(encoding="utf-8"))
    assert keys(below(page, "At the top of the file")) == design.keys()
    for table, value in design.items():
        if isinstance(value, dict):
            assert keys(below(page, f"`[{table}]`")) == value.keys()
    assert keys(below(page, "`[[bands]]`")) == design["bands"][0].keys()


@pytest.mark.parametrize("name", scenario_names())
def test_every_key_of_a_shipped_scenario_is_on_the_page_below_its_table(name):
    page, scenario = made("scenario-keys.inc"), tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    assert scenario.keys() <= keys(below(page, "At the top of the file"))
    for track in scenario["tracks"]:
        assert track.keys() <= keys(below(page, "`[[tracks]]`"))
        for activity in track["activities"]:
            assert activity.keys() <= keys(below(page, "`[[tracks.activities]]`"))
            for behaviour, options in activity.get("does", {}).items():
                assert options.keys() <= keys(below(page, f"`{behaviour}`"))


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "plans").iterdir()), ids=lambda path: path.name)
def test_every_key_of_a_plan_is_on_the_page_below_its_table(path):
    page, plan = made("plan-keys.inc"), tomllib.loads(path.read_text(encoding="utf-8"))
    assert plan.keys() <= keys(below(page, "At the top of the file"))
    for name, tables in plan.items():
        for table in tables.values() if isinstance(tables, dict) else ():
            assert table.keys() <= keys(below(page, f"`[{name}.NAME]`"))


def test_the_page_of_plans_has_every_limit_and_every_fault():
    page = made("plan-keys.inc")
    assert keys(below(page, "`[tolerances.NAME]`")) == Tolerances().model_dump().keys()
    assert keys(below(page, "Kinds of fault")) == {kind.value for kind in FAULT_KINDS}


def test_a_row_says_unit_range_default_and_meaning_as_the_code_enforces_them():
    page = made("design-keys.inc")
    (row,) = re.findall(r"^\| `vref_v` \|.*$", page, re.MULTILINE)
    assert row.split(" | ")[2:] == ["number (V), above 0 to 5.5", "**required** |"]
    (row,) = re.findall(r"^\| `railed_share` \|.*$", made("plan-keys.inc"), re.MULTILINE)
    assert row.split(" | ")[2:] == ["number (share), from 0 to 1", "`0.1` |"]


def test_the_example_files_of_the_pages_can_be_used_as_they_stand(tmp_path):
    design = parse_design(tomllib.loads(first_block("design-file.md", "toml")))
    assert design.band_names == ("alpha", "jaw")
    scenario = parse_scenario(tomllib.loads(first_block("scenario-file.md", "toml")))
    assert len(scenario.tracks) == 2
    (tmp_path / "a.toml").write_text(first_block("plan-file.md", "toml"), encoding="utf-8")
    names = [case.name for case in load_plan(tmp_path / "a.toml").cases]
    page = (REFERENCE / "plan-file.md").read_text(encoding="utf-8")
    assert len(names) == 2
    assert all(f"`{name}`" in page for name in names)


def test_every_message_type_has_its_number_and_its_payload():
    page = made("messages.inc")
    types = dict(re.findall(r"^\| (\d+) \| `([A-Z]+)` \|", below(page, "Types"), re.MULTILINE))
    assert types == {str(kind.value): kind.name for kind in MessageType}
    headings = set(re.findall(r"^## ([A-Z]+), (?:host|earbud)", page, re.MULTILINE))
    assert headings == {kind.name for kind in MessageType} - {"QUERY", "STOP"}


def test_the_offsets_on_the_page_are_those_of_the_c_header():
    header = (ROOT / "firmware/src/generated/protocol.h").read_text(encoding="utf-8")
    sizes = dict(re.findall(r"#define PAYLOAD_(\w+) (\d+)u", header))
    headings = {"OPENING": "HELLO, host to earbud", "HELLO": "HELLO, earbud to host"}
    headings |= {name: f"{name}, host to earbud" for name in ("CONFIGURE", "START")}
    headings |= {name: f"{name}, earbud to host" for name in ("STATUS", "ERROR")}
    for name, heading in headings.items():
        rows = re.findall(r"^\| `\w+` \| (\d+) \| (\d+)", below(made("messages.inc"), heading), re.MULTILINE)
        assert [str(int(offset) + int(size)) for offset, size in rows][-1] == sizes[name]


def test_every_tap_has_its_bit_rate_and_type():
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|.*$", made("taps.inc"), re.MULTILINE)
    assert {name: int(bit) for name, bit in rows} == {str(tap.name).lower(): tap.value for tap in Tap}
    (notched,) = re.findall(r"^\| `notched` .*$", made("taps.inc"), re.MULTILINE)
    assert "200 ticks a second" in notched
    assert "int32, shape [ticks, channels]" in notched
    assert "0.0001746 uV" in notched  # 2 * 4.5 V / 12 / 2^24 / 2^8


def test_every_command_has_its_page_and_every_one_below_it_is_found():
    assert {path for path in MADE if path.endswith(".rst")} == {
        f"reference/generated/commands/{name}.rst" for name in COMMANDS
    }
    names = {name for name, _ in commands.commands()}
    modules = {path.stem for path in (ROOT / "cli" / "commands").glob("hil_*.py")}
    assert {name.split()[2] for name in names if name.startswith("earloop hil ")} == {
        module.removeprefix("hil_") for module in modules
    }


def test_the_exit_codes_are_those_of_the_commands_that_end_with_one():
    listed = set(re.findall(r"^\| `earloop ([\w -]+)` \|", made("exit-codes.inc"), re.MULTILINE))
    ending = {path.stem for path in (ROOT / "cli" / "commands").glob("*.py") if "sys.exit(" in path.read_text("utf-8")}
    ending -= {"pretrain"}  # 130 alone, as every command that is interrupted
    assert {name.replace("hil ", "hil_").split()[0] for name in listed} == ending | {"recording"}


def test_every_public_name_has_a_page():
    stubs = {path.rsplit("/", 1)[1].removesuffix(".rst").removesuffix("-2") for path in api.stubs()}
    for package in api.packages():
        for name in import_module(package).__all__:
            if type(getattr(import_module(package), name)).__name__ != "module" and package != "earloop":
                assert f"{package}.{name}" in stubs
    assert {"earloop.judge", "earloop.read"} <= stubs
    assert "earloop.spec.Design" in stubs


def test_the_page_of_the_api_lists_every_package():
    listed = re.findall(r"^generated/api/(\S+)$", (REFERENCE / "api.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == list(api.packages())


def test_no_two_pages_of_names_differ_in_capitals_alone():
    lower = [path.lower() for path in api.stubs()]
    assert len(set(lower)) == len(lower)


def test_every_page_of_the_reference_is_in_its_index_with_a_line():
    index = (REFERENCE / "index.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[[^\]]+\]\((\S+)\.md\) \| \S.* \|$", index, re.MULTILINE)
    assert sorted(listed) == sorted(path.stem for path in REFERENCE.glob("*.md") if path.stem != "index")


def test_what_an_environment_variable_does_is_said_of_each_that_the_rooms_read():
    page = (REFERENCE / "environment.md").read_text(encoding="utf-8")
    rooms = ("cli", "model", "hil", "system", "spec", "hw/simulate")
    sources = "".join(path.read_text("utf-8") for room in rooms for path in (ROOT / room).rglob("*.py"))
    names = set(re.findall(r'(?:environ\.get\(|environ\[|envvar=)"([A-Z_]+)"', sources))
    assert names
    assert {name for name in names if f"`{name}`" not in page} == set()
