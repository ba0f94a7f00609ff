"""The fuzzers: nothing found in a short run, and what is planted is found."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from earloop.firmware import build
from earloop.firmware.fuzz import FUZZERS, FuzzError, fuzz_design, run_fuzzer, seeds

RUNS = {"frame": 120_000, "link": 40_000}  # `make fuzz` tries more


def _has_libfuzzer():
    if shutil.which("clang") is None:
        return False
    command = ["clang", "-print-file-name=libclang_rt.fuzzer-x86_64.a"]
    return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()).is_absolute()


pytestmark = pytest.mark.skipif(not _has_libfuzzer(), reason="clang and libclang-rt-dev are not installed")


@pytest.mark.parametrize("name", FUZZERS)
def test_a_short_run_finds_nothing(name):
    told = []
    assert run_fuzzer(name, RUNS[name], advance=told.append).executions >= RUNS[name]
    assert told == sorted(told)


PLANTED = {
    "frame": ("frame.c", "decoder->count < sizeof decoder->bytes", "decoder->count <= sizeof decoder->bytes"),
    "link": ("frame.c", "*stuffer.next++ = 0;", "*stuffer.next++ = 0, *stuffer.next++ = 0;"),
}


@pytest.mark.parametrize("name", FUZZERS)
def test_a_planted_fault_is_found_and_the_input_kept(name, tmp_path, monkeypatch):
    file, old, new = PLANTED[name]
    shutil.copytree(build.SOURCES, tmp_path / "src")
    path = tmp_path / "src" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "BOARDS", shutil.copytree(build.BOARDS, tmp_path / "boards"))
    monkeypatch.setattr(build, "TESTS", shutil.copytree(build.TESTS, tmp_path / "tests"))
    monkeypatch.setattr(build, "SOURCES", tmp_path / "src")
    monkeypatch.setattr(build, "BUILD", tmp_path / ".build" / "firmware")
    with pytest.raises(FuzzError, match="Test unit written to") as caught:
        run_fuzzer(name, 10_000_000)
    assert "\n" not in str(caught.value)
    assert list((tmp_path / ".build" / "fuzz").iterdir())


def test_the_seeds_hold_a_whole_session():
    fixed = fuzz_design()
    longest = max(seeds(fixed)["link"], key=len)
    assert bytes.fromhex(fixed.design.design_hash) in longest
