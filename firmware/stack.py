"""The largest depth of the stack: the compiler's frame of every function, summed along the deepest chain of calls.

For each source file the compiler writes the calls and the frames of its functions (`-fcallgraph-info=su`: nodes and
edges in VCG's notation). Functions of the C library have no such file; their frames are read from their instructions.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from earloop.spec.errors import EarloopError
from earloop.system.programs import find_program

PROGRAM = "arm-none-eabi-objdump"
RESET = "startup_reset"
# Stack of an exception: eight words, and one for alignment (ARMv7-M, B1.5.6); there is no FPU context.
EXCEPTION_BYTES = 36

_NODE = re.compile(r'node: \{ title: "([^"]+)" label: "[^"]*?(?:\\n(\d+) bytes \((\w+)[^"]*)?"')
_EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
_INDIRECT = "__indirect_call"
_FUNCTION = re.compile(r"^[0-9a-f]+ <([^>]+)>:$")
_REGISTERS = re.compile(r"\t(?:push|stmdb\tsp!,|vpush).*\{([^}]*)\}")
_ROOM = re.compile(r"\tsub(?:\.w|w)?\tsp, (?:sp, )?#(\d+)|\tstr\S*\t.*\[sp, #-(\d+)\]!")
_CALL = re.compile(r"\tbl?(?:\.w|\.n)?\t[0-9a-f]+ <([^>+]+)>$")


@dataclass(frozen=True)
class CallGraph:
    """The functions by name: the bytes of each frame, and the functions that each one calls."""

    frames: Mapping[str, int]
    calls: Mapping[str, frozenset[str]]

    def recursion(self) -> tuple[str, ...]:
        """Return a chain of calls that ends where it began, or an empty one."""
        done: set[str] = set()
        for name in self.frames:
            if found := self._loop((name,), done):
                return found
        return ()

    def _loop(self, chain: tuple[str, ...], done: set[str]) -> tuple[str, ...]:
        last = chain[-1]
        if last in chain[:-1]:
            return chain[chain.index(last) :]
        for called in sorted(self.calls.get(last, ())) if last not in done else ():
            if found := self._loop((*chain, called), done):
                return found
        done.add(last)
        return ()

    def deepest(self, name: str) -> tuple[int, tuple[str, ...]]:
        """Return the bytes of the deepest chain of calls that begins with a function, and the chain."""
        below = max((self.deepest(called) for called in self.calls.get(name, ())), default=(0, ()))
        return self.frames[name] + below[0], (name, *below[1])

    def roots(self) -> list[str]:
        """Return the functions without a caller: the reset function and the vectors' handlers."""
        return sorted(self.frames.keys() - frozenset().union(*self.calls.values()))


@dataclass(frozen=True)
class StackDepth:
    """The largest depth of the stack: the chain from reset, and each handler once, as if all interrupted its end."""

    size_bytes: int
    chain: tuple[str, ...]


def measure_stack(elf: Path) -> StackDepth:
    """Measure an image of `build_elf`; the compiler's `.ci` files must be in the same folder.

    Raises
    ------
    EarloopError
        The depth has no bound: recursion, a call through a pointer, or a frame whose size is decided at run time.
    """
    graph = read_call_graph(elf)
    if loop := graph.recursion():
        raise EarloopError(f"{elf.name}: {' calls '.join(loop)}: recursion has no bound")
    size, chain = graph.deepest(RESET)
    handlers = [name for name in graph.roots() if name != RESET]
    return StackDepth(size + sum(EXCEPTION_BYTES + graph.deepest(name)[0] for name in handlers), chain)


def read_call_graph(elf: Path) -> CallGraph:
    """Return the functions that the linker kept; raises EarloopError for a call or a frame without a bound."""
    library_frames, library_calls = _instructions(elf)
    frames: dict[str, int] = {}
    calls: dict[str, frozenset[str]] = {}
    for path in sorted(elf.parent.glob("*.ci")):
        text = path.read_text(encoding="utf-8")
        for title, size, kind in _NODE.findall(text):
            name = _name(title)
            if size and name in library_frames:
                if kind == "dynamic":
                    raise EarloopError(f"{name} ({path.name}): its frame has a size that is decided at run time")
                frames[name] = max(frames.get(name, 0), int(size))  # two static functions may have one name
        for source, target in _EDGE.findall(text):
            if target == _INDIRECT:
                raise EarloopError(
                    f"{_name(source)} ({path.name}): calls through a pointer; wanted a depth with a bound"
                )
            calls[_name(source)] = calls.get(_name(source), frozenset()) | {_name(target)}
    todo = sorted(frozenset().union(*(calls.get(name, frozenset()) for name in frames)) - frames.keys())
    while todo:
        name = todo.pop()
        if name not in frames and name in library_frames:
            frames[name], calls[name] = library_frames[name], library_calls[name]
            todo += library_calls[name]
    return CallGraph(frames, {name: calls.get(name, frozenset()) & frames.keys() for name in frames})


def _name(title: str) -> str:
    """Return a function's name from its title, which for a static function has the file, too."""
    return title.rsplit(":", 1)[-1]


def _instructions(elf: Path) -> tuple[dict[str, int], dict[str, frozenset[str]]]:
    """Return the bytes that each function in the image pushes and reserves, each counted once, and its calls."""
    program = find_program(PROGRAM)
    if program is None:
        raise EarloopError(f"{PROGRAM} is not on PATH; install the Debian package binutils-arm-none-eabi")
    done = subprocess.run([program, "-d", "--no-show-raw-insn", str(elf)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise EarloopError(f"{elf}: {done.stderr.strip().splitlines()[-1].removeprefix(PROGRAM + ': ')}")
    frames: dict[str, int] = {}
    calls: dict[str, frozenset[str]] = {}
    name = ""
    for line in done.stdout.splitlines():
        if function := _FUNCTION.match(line):
            name = function[1]
            frames[name], calls[name] = 0, frozenset()
        elif pushed := _REGISTERS.search(line):
            frames[name] += 4 * _count(pushed[1])
        elif room := _ROOM.search(line):
            frames[name] += int(room[1] or room[2])
        elif called := _CALL.search(line):
            calls[name] |= {called[1]} - {name}
    return frames, calls


def _count(registers: str) -> int:
    """Return the number of registers in a list such as `r4, r6-r8, lr`."""
    count = 0
    for part in registers.split(","):
        first, _, last = part.strip().lstrip("r").partition("-")
        count += int(last.lstrip("r")) - int(first) + 1 if last else 1
    return count
