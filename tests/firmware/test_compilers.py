"""The C kernel by other compilers, at every optimisation, and in the other order of bytes: golden's bits at every tap.

What the C leaves to a compiler, such as a right shift of negative numbers or the order of evaluation, would show here.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

import numpy as np
import pytest

from earloop.firmware.build import SOURCES, build_kernel
from earloop.spec.generate import C_DESIGN_HEADER
from earloop.spec.golden import GoldenTokenizer

LOW, HIGH = -(2**23), 2**23 - 1
LEVELS = ("-O0", "-O1", "-O2", "-O3")
CLANG_ARM = ("clang", "--target=arm-none-eabi", "-isystem", "/usr/include/newlib")
BIG_ENDIAN = ("s390x-linux-gnu-gcc", "qemu-s390x")


@cache
def codes():
    """Quiet, loud, at the rails, stepping: 6 s of four channels."""
    rng = np.random.default_rng(2)
    parts = (
        rng.integers(-2000, 2000, (2000, 4)),
        rng.integers(LOW, HIGH + 1, (1500, 4)),
        rng.choice([LOW, HIGH], (1500, 4)),
        np.repeat(rng.choice([LOW, HIGH], (2, 4)), 500, 0),
    )
    return np.concatenate(parts)


def taps(fixed, order):
    """What the kernel is to print, of numbers in an order of bytes, `<` or `>`."""
    golden, patch = GoldenTokenizer(fixed).push(codes()), fixed.design.tokens.patch
    out = bytearray()
    for tick in range(len(golden.decimated)):
        for values in (golden.decimated, golden.notched, golden.bands):
            out += values[tick].astype(f"{order}i4").tobytes()
        if tick % patch == patch - 1:
            out += golden.tokens[tick // patch].astype(f"{order}i2").tobytes()
    return bytes(out)


def printed(*command, order="<"):
    return subprocess.run(
        command, input=codes().astype(f"{order}i4").tobytes(), capture_output=True, check=True, timeout=300
    ).stdout


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_every_compiler_and_optimisation_gives_golden_bits(fixed, compiler, level):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not on PATH")
    assert printed(build_kernel(fixed, compiler, level)) == taps(fixed, "<")


@pytest.mark.skipif(any(shutil.which(name) is None for name in BIG_ENDIAN), reason=f"wants {' and '.join(BIG_ENDIAN)}")
@pytest.mark.parametrize("level", ["-O0", "-O2"])
def test_a_big_endian_processor_gives_golden_bits(fixed, level):
    compiler, emulator = BIG_ENDIAN
    assert printed(emulator, build_kernel(fixed, compiler, level, "-static"), order=">") == taps(fixed, ">")


def test_one_bit_of_difference_is_noticed(fixed):
    """The comparison above is not blind: of an input that differs in one bit of one sample."""
    program = build_kernel(fixed, "gcc", "-O2")
    other = codes().astype("<i4")
    other[len(other) // 2, 0] ^= 1
    found = subprocess.run([program], input=other.tobytes(), capture_output=True, check=True).stdout
    assert found != taps(fixed, "<")


@pytest.mark.parametrize("pointer", ["-fomit-frame-pointer", "-fno-omit-frame-pointer"])
@pytest.mark.parametrize("level", [*LEVELS, "-Os"])
@pytest.mark.parametrize("compiler", [("arm-none-eabi-gcc",), CLANG_ARM], ids=["gcc", "clang"])
def test_the_assembly_is_accepted_with_and_without_a_frame_pointer(tmp_path, compiler, level, pointer):
    """A register that the compiler reserves must not be among those that the assembly takes."""
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"{compiler[0]} is not on PATH")
    flags = ("-std=c11", "-Wall", "-Wextra", "-Werror", "-mcpu=cortex-m4", "-mthumb", level, pointer)
    includes = (f"-I{SOURCES}", f"-I{C_DESIGN_HEADER.parent}")
    command = [*compiler, *flags, *includes, "-c", SOURCES / "tokenizer.c", "-o", tmp_path / "tokenizer.o"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
