"""Builds are keyed by what goes in, shared by whoever needs them, and fail in one line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from earloop.firmware import build
from earloop.firmware.build import build_elf, build_host
from earloop.spec.errors import EarloopError
from earloop.spec.generate import generated_files


@pytest.fixture
def empty_build(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "BUILD", tmp_path / "build")
    return tmp_path / "build"


@pytest.fixture
def headers(fixed, tmp_path):
    for path, text in generated_files(fixed).items():
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    return tmp_path


def test_every_design_compiles_for_the_chip(any_fixed):
    assert build_elf(any_fixed).read_bytes()[:4] == b"\x7fELF"


def test_same_headers_same_product(fixed, headers):
    assert build_host(fixed, generated_dir=headers) == build_host(fixed)


def test_another_header_another_product(fixed, headers):
    with (headers / "design.h").open("a", encoding="utf-8") as header:
        header.write("/* one more comment */\n")
    assert build_host(fixed, generated_dir=headers) != build_host(fixed)


def test_two_builds_at_once_do_not_collide(fixed, empty_build):
    with ThreadPoolExecutor(2) as pool:
        products = list(pool.map(lambda _: build_host(fixed), range(2)))
    assert products[0] == products[1]
    assert [path.name for path in empty_build.iterdir()] == [products[0].parent.name]  # and no scratch is left


def test_a_missing_compiler_names_its_package(fixed, empty_build, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EarloopError, match="install the Debian package gcc-arm-none-eabi"):
        build_elf(fixed)


def test_a_source_that_does_not_compile_is_one_line(fixed, headers, empty_build):
    (headers / "design.h").write_text("#error broken on purpose\n", encoding="utf-8")
    with pytest.raises(EarloopError, match="broken on purpose") as caught:
        build_host(fixed, generated_dir=headers)
    assert "\n" not in str(caught.value)


def test_a_missing_header_is_one_line(fixed, tmp_path):
    with pytest.raises(EarloopError, match=r"design\.h: cannot be read"):
        build_host(fixed, generated_dir=tmp_path / "none")
