"""What holds of the C whatever comes in: cppcheck is silent, nothing recurs, nothing is allocated, the stack ends."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache

import pytest

from earloop.firmware.build import BOARDS, SOURCES, TESTS, build_elf
from earloop.firmware.size import measure_size
from earloop.firmware.stack import EXCEPTION_BYTES, CallGraph, measure_stack, read_call_graph
from earloop.spec.errors import EarloopError
from earloop.spec.generate import C_DESIGN_HEADER
from earloop.system.project import ROOT

CHECKS = "--enable=warning,style,performance,portability"
ALLOCATORS = {"malloc", "calloc", "realloc", "free", "_malloc_r", "_sbrk", "sbrk", "alloca"}
needs_arm = pytest.mark.skipif(not shutil.which("arm-none-eabi-gcc"), reason="arm-none-eabi-gcc is not on PATH")
needs_cppcheck = pytest.mark.skipif(not shutil.which("cppcheck"), reason="cppcheck is not on PATH")


@cache
def depth():
    """Since 2.11 cppcheck leaves branches out, and says so, unless it is told not to."""
    said = subprocess.run(["cppcheck", "--version"], capture_output=True, text=True, check=True).stdout
    version = tuple(map(int, re.findall(r"\d+", said)))
    return ["--check-level=exhaustive"] if version >= (2, 11) else []


def cppcheck(*files):
    includes = [f"-I{folder}" for folder in (C_DESIGN_HEADER.parent, SOURCES, BOARDS)]
    command = ["cppcheck", CHECKS, "--error-exitcode=1", "--inline-suppr", "--std=c11", "-q", "-DBUILD_ID={0}"]
    return subprocess.run(
        [*command, *depth(), *includes, *map(str, files)], cwd=ROOT, capture_output=True, text=True, check=False
    )


@needs_cppcheck
def test_cppcheck_finds_nothing():
    done = cppcheck(*SOURCES.glob("*.c"), *BOARDS.glob("*/*.c"), *TESTS.glob("*.c"))
    assert done.returncode == 0, done.stderr


@needs_cppcheck
def test_cppcheck_finds_what_is_planted(tmp_path):
    (tmp_path / "a.c").write_text("int f(int i) { int a[4] = {0}; a[4] = i; return a[0]; }\n")
    assert cppcheck(tmp_path / "a.c").returncode == 1


@pytest.fixture(scope="module")
def elf(fixed):
    return build_elf(fixed)


@needs_arm
def test_no_function_calls_itself_directly_or_not(elf):
    assert read_call_graph(elf).recursion() == ()


@needs_arm
def test_nothing_is_allocated(elf):
    symbols = subprocess.run(["arm-none-eabi-nm", elf], capture_output=True, text=True, check=True).stdout
    assert not ALLOCATORS & set(re.findall(r"\w+$", symbols, re.MULTILINE))


@needs_arm
def test_the_deepest_chain_begins_at_reset_and_its_frames_are_the_compilers(elf):
    depth, graph = measure_stack(elf), read_call_graph(elf)
    frames = {stack.name: stack.size_bytes for stack in measure_size(elf).stacks}
    assert depth.chain[:2] == ("startup_reset", "app_run")
    assert all(graph.frames[name] == frames[name] for name in graph.frames.keys() & frames.keys())
    handlers = depth.size_bytes - sum(graph.frames[name] for name in depth.chain)
    assert handlers >= EXCEPTION_BYTES
    assert handlers <= sum(EXCEPTION_BYTES + frames.get(name, 0) for name in graph.roots())


@needs_arm
def test_ram_holds_variables_and_stack(elf):
    """Of the chip the 128 KiB of SRAM1 and SRAM2: RM0090, table 3."""
    assert measure_size(elf).ram_bytes + measure_stack(elf).size_bytes <= 128 * 1024


def graph_of(**calls):
    return CallGraph(dict.fromkeys(calls, 8), {name: frozenset(called) for name, called in calls.items()})


@pytest.mark.parametrize(
    ("graph", "loop"),
    [
        (graph_of(a="b", b="c", c=""), ()),
        (graph_of(a="bc", b="d", c="d", d=""), ()),
        (graph_of(a="b", b="b"), ("b", "b")),
        (graph_of(a="b", b="c", c="db", d=""), ("b", "c", "b")),
    ],
)
def test_recursion_is_named_by_its_chain(graph, loop):
    assert graph.recursion() == loop


def test_the_deepest_chain_is_the_one_of_most_bytes_not_of_most_calls():
    graph = CallGraph(
        {"a": 8, "b": 4, "c": 4, "d": 40},
        {"a": frozenset("bd"), "b": frozenset("c"), "c": frozenset(), "d": frozenset()},
    )
    assert graph.deepest("a") == (48, ("a", "d"))
    assert graph.roots() == ["a"]


@needs_arm
@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        ("int twice(int n) { return n ? twice(n - 1) * n : 1; }", "twice calls twice: recursion"),
        ("int any(int n) { volatile char a[n]; a[0] = 1; return a[n - 1]; }", "any .*decided at run time"),
        ("int at(int (*f)(int)) { return f(1) + 1; }", "at .*calls through a pointer"),
    ],
)
def test_what_has_no_bound_is_refused(function, complaint, tmp_path):
    (tmp_path / "a.c").write_text(f"{function}\n_Noreturn void startup_reset(void) {{ for (;;) {{}} }}\n")
    flags = ["-mcpu=cortex-m4", "-mthumb", "-O0", "-fcallgraph-info=su", "-nostdlib", "-Wl,-e,startup_reset"]
    subprocess.run(["arm-none-eabi-gcc", *flags, "a.c", "-o", "a.elf"], cwd=tmp_path, check=True)
    with pytest.raises(EarloopError, match=complaint):
        measure_stack(tmp_path / "a.elf")
