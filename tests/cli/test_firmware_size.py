"""The command that says what the firmware takes."""

import re
import shutil

import pytest

from earloop.spec.design import DEFAULT_DESIGN_PATH

pytestmark = pytest.mark.skipif(not shutil.which("arm-none-eabi-gcc"), reason="arm-none-eabi-gcc is not on PATH")


def test_within_the_budget_it_ends_with_0(earloop):
    ended = earloop("firmware", "size")
    assert ended.status == 0
    assert "of 49,152 bytes, left" in ended.out
    assert "tokenizer_push (tokenizer.c)" in ended.out


def test_beyond_the_budget_it_ends_with_1_and_says_by_how_much(earloop, tmp_path):
    text = DEFAULT_DESIGN_PATH.read_text(encoding="utf-8")
    (tmp_path / "small.toml").write_text(text.replace("ram_bytes = 24576", "ram_bytes = 20000"))
    ended = earloop("firmware", "size", "--design", tmp_path / "small.toml")
    assert ended.status == 1
    used, over = re.search(r"RAM +([0-9,]+) of 20,000 bytes, over by ([0-9,]+)", ended.out).groups()
    assert int(over.replace(",", "")) == int(used.replace(",", "")) - 20_000
