"""The C tests of each module, firmware/tests/unit_*.c, under AddressSanitizer and UndefinedBehaviorSanitizer."""

from __future__ import annotations

import subprocess

import pytest

from earloop.firmware.build import SOURCES, TESTS, build_unit

MODULES = sorted(path.stem.removeprefix("unit_") for path in TESTS.glob("unit_*.c"))


@pytest.mark.parametrize("module", MODULES)
def test_module(module, fixed):
    done = subprocess.run([build_unit(fixed, module)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_every_module_has_its_test():
    with_code = {path.stem for path in SOURCES.glob("*.c")} | {"bytes"}  # whose code stands in its header
    assert {*MODULES} == with_code
