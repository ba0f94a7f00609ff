"""What the image takes, against the design's budget and against the image's own symbols."""

import re
import shutil
import subprocess

import pytest

from earloop.firmware.build import build_elf
from earloop.firmware.size import measure_size
from earloop.spec.errors import EarloopError


@pytest.fixture(scope="module")
def elf(fixed):
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not on PATH")
    return build_elf(fixed)


def test_flash_and_ram_stay_in_the_designs_budget(elf, design):
    size = measure_size(elf)
    assert size.flash_bytes <= design.budget.flash_bytes
    assert size.ram_bytes <= design.budget.ram_bytes


def test_ram_is_what_the_sections_of_variables_hold(elf):
    table = subprocess.run(["arm-none-eabi-readelf", "-SW", elf], capture_output=True, text=True, check=True).stdout
    sections = re.findall(r"\] (\S+)\s+(\w+)\s+\w{8} \w+ (\w+) \w+\s+(\w+)", table)
    in_ram = sum(int(size, 16) for name, kind, size, flags in sections if "A" in flags and "W" in flags)
    assert measure_size(elf).ram_bytes == in_ram


def test_every_function_has_a_bounded_frame_and_the_largest_comes_first(elf):
    stacks = measure_size(elf).stacks
    assert {"tokenizer_push", "app_poll"} <= {frame.name for frame in stacks}
    assert all(frame.bounded for frame in stacks)
    assert [frame.size_bytes for frame in stacks] == sorted((frame.size_bytes for frame in stacks), reverse=True)
    assert sum(frame.size_bytes for frame in stacks) < 4096, "no chain of calls, which is not recursive, can be larger"


def test_what_is_no_image_is_one_line(tmp_path):
    if shutil.which("arm-none-eabi-size") is None:
        pytest.skip("arm-none-eabi-size is not on PATH")
    (tmp_path / "a.elf").write_text("no image")
    with pytest.raises(EarloopError, match=r"a\.elf: .*(format|recogni)"):
        measure_size(tmp_path / "a.elf")


def test_a_missing_program_names_its_package(elf, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EarloopError, match="install the Debian package binutils-arm-none-eabi"):
        measure_size(elf)
