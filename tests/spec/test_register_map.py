"""The register map: the committed files are those of the SystemRDL, and all of them agree on where each register is."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from earloop.spec.errors import EarloopError
from earloop.spec.generate import COMMAND, stale_files
from earloop.spec.register_map import (
    C_HEADER,
    PAGE,
    PYTHON_TABLE,
    SOURCE,
    VERILOG_HEADER,
    read_register_map,
    register_files,
)
from earloop.system.project import ROOT


@pytest.fixture(scope="module")
def registers():
    return read_register_map().registers


def test_the_committed_files_are_those_of_the_map():
    stale = [str(path) for path in stale_files(register_files())]
    assert not stale, f"{', '.join(stale)} drifted from spec/registers.rdl: run {COMMAND}"


def test_a_change_of_the_map_reaches_every_file(tmp_path):
    changed = tmp_path / SOURCE.name
    changed.write_text(SOURCE.read_text("utf-8").replace("band_mask @ 0x0C", "band_gate @ 0x24"), encoding="utf-8")
    after = register_files(changed)
    assert all(after[path] != text for path, text in register_files().items())


def test_no_two_registers_overlap_and_all_are_whole_words(registers):
    taken = [register.address + 4 * i for register in registers for i in range(register.count or 1)]
    assert len(set(taken)) == len(taken)
    assert all(address % 4 == 0 and address < 256 for address in taken)


def test_no_two_fields_of_a_register_overlap(registers):
    for register in registers:
        bits = [bit for field in register.fields for bit in range(field.low, field.low + field.width)]
        assert len(set(bits)) == len(bits)
        assert max(bits) < 32


def test_the_c_struct_has_each_register_at_its_address(registers, tmp_path):
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("g++ is not installed")
    lines = [f'printf("{r.name} %zu\\n", offsetof(tokenizer_registers_t, {r.name}));' for r in registers]
    (tmp_path / "main.c").write_text(
        f'#include <stddef.h>\n#include <stdio.h>\n#include "{C_HEADER.name}"\nint main(void) {{ {" ".join(lines)} }}\n'
    )
    command = [
        compiler,
        "-x",
        "c",
        "-std=c11",
        "-Wall",
        "-Werror",
        f"-I{ROOT / C_HEADER.parent}",
        "main.c",
        "-o",
        "main",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    said = subprocess.run([tmp_path / "main"], check=True, capture_output=True, text=True, timeout=10).stdout
    assert {name: int(address) for name, address in map(str.split, said.splitlines())} == {
        register.name: register.address for register in registers
    }


def test_verilog_has_each_register_at_its_address(registers):
    text = register_files()[VERILOG_HEADER]
    found = {name.lower(): int(value, 16) for name, value in re.findall(r"(\w+)_ADDRESS = 8'h(\w+);", text)}
    assert found == {register.name: register.address for register in registers}


def test_verilog_resets_to_what_the_c_header_says():
    files = register_files()
    verilog = re.findall(r"(\w+)_RESET = \d+'h(\w+);", files[VERILOG_HEADER])
    c = re.findall(r"TOKENIZER_REGISTERS__(\w+)_reset 0x(\w+)", files[C_HEADER])
    assert {name: int(value, 16) for name, value in verilog} == {
        name.replace("__", "_"): int(value, 16) for name, value in c
    }
    assert len(c) == 3


def test_python_has_each_field_where_the_c_header_has_it():
    files = register_files()
    scope: dict[str, dict] = {}
    exec(files[PYTHON_TABLE], scope)
    found = {
        (register, field): place
        for register, (_, _, fields) in scope["REGISTERS"].items()
        for field, place in fields.items()
    }
    masks = re.findall(r"TOKENIZER_REGISTERS__(\w+?)X?__(\w+)_bm 0x(\w+)", files[C_HEADER])
    assert {place: ((1 << width) - 1) << low for place, (low, width) in found.items()} == {
        (register.lower(), field.lower()): int(mask, 16) for register, field, mask in masks
    }


def test_the_page_names_every_register_and_field(registers):
    page = register_files()[PAGE]
    for register in registers:
        assert f"| `{register.name}`" in page
        for field in register.fields:
            assert f"`{field.name}`" in page


def test_a_register_without_a_description_is_refused(tmp_path):
    bare = tmp_path / SOURCE.name
    bare.write_text(SOURCE.read_text("utf-8").replace('desc = "Run and halt.";', ""), encoding="utf-8")
    with pytest.raises(EarloopError, match=r"tokenizer_registers\.control has no desc"):
        read_register_map(bare)
