"""Which lines and bits of the Verilog a set of runs has moved, read from what the Verilated program counts.

Verilator writes a point a line, `C '\\x01key\\x02value...' count`: of a block of lines or a branch (keys f, l, n, o:
file, line, column, name) or of one bit's rise or fall. Points of the same place are summed over instances and runs.
What no run can reach stands in `coverage_waivers.toml`, with the reason; one that no open point needs is stale.

The generated header is left out: its cases are constants, which the bench of the ROMs compares with the program.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from earloop.hw.simulate.runner import RTL_DIR
from earloop.spec.errors import EarloopError
from earloop.spec.generate import VERILOG_HEADER
from earloop.spec.toml_file import read_toml

WAIVERS = Path(__file__).with_name("coverage_waivers.toml")
_POINT = re.compile(r"^C '(.*)' (\d+)$", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Point:
    """A place that a run reaches or not.

    file, line, column : where
    what : of a line's block or branch its name, as `if` and `else`; of a toggle the bit and its way, `acc_reg[3]:0->1`
    """

    file: str
    line: int
    column: int
    what: str
    toggle: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Waiver:
    """Why points stay open.

    file : the Verilog file
    toggles : regular expression for the bits; or, for a block or branch, `line`: a text that stands in its source line
    what : of a block or branch, its name
    """

    file: str
    reason: str
    toggles: str = ""
    line: str = ""
    what: str = ""

    def covers(self, point: Point, source: str) -> bool:
        """Whether it speaks of a point that stands in this line of source."""
        if point.file != self.file or point.toggle != bool(self.toggles):
            return False
        if point.toggle:
            return re.fullmatch(self.toggles, point.what.partition(":")[0]) is not None
        return self.line in source and point.what == self.what


@dataclass(frozen=True)
class Share:
    """Points that were reached, of a file or of all."""

    reached: int
    waived: int
    of: int

    @property
    def percent(self) -> float:
        """Of those that can be reached."""
        return 100 * self.reached / max(1, self.of - self.waived)


@dataclass(frozen=True)
class Report:
    """Coverage beside its waivers.

    lines, toggles : a share for each file
    open : points that no run reached and nobody waived
    stale : waivers that no point needs
    """

    lines: dict[str, Share]
    toggles: dict[str, Share]
    open: tuple[Point, ...]
    stale: tuple[Waiver, ...]


def read_counts(path: Path) -> Counter[Point]:
    """The counts that one program has written.

    Raises
    ------
    EarloopError
        The file is missing, or holds no points.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise EarloopError(f"{path}: cannot be read ({error.strerror}); run a program of the kind COVERAGE") from None
    counts: Counter[Point] = Counter()
    for keys, count in _POINT.findall(text):
        values = dict(pair.split("\2", 1) for pair in keys.split("\1") if pair)
        file = Path(values["f"]).name
        if file != VERILOG_HEADER.name:
            point = Point(file, int(values["l"]), int(values["n"]), values["o"], values["t"] == "toggle")
            counts[point] += int(count)
    if not counts:
        raise EarloopError(f"{path}: holds no points of coverage")
    return counts


def load_waivers(path: Path = WAIVERS) -> tuple[Waiver, ...]:
    """The waivers of a file.

    Raises
    ------
    EarloopError
        It is no TOML, or a waiver lacks a key, has one too many, or gives no reason.
    """
    try:
        waivers = tuple(Waiver(**entry) for entry in read_toml(path, EarloopError)["waiver"])
    except (KeyError, TypeError) as error:
        raise EarloopError(f"{path}: not a list of waivers: {error}") from None
    for waiver in waivers:
        if not waiver.reason or bool(waiver.toggles) == bool(waiver.line):
            raise EarloopError(f"{path}: {waiver.file}: a waiver gives a reason, and either toggles or a line")
    return waivers


def report(counts: Mapping[Point, int], waivers: Iterable[Waiver], rtl_dir: Path = RTL_DIR) -> Report:
    """Hold counts, summed over all runs, against the waivers."""
    waivers, needed = tuple(waivers), set()
    sources = {path.name: path.read_text(encoding="utf-8").splitlines() for path in rtl_dir.glob("*.v")}
    tallies: dict[tuple[str, bool], list[int]] = {}
    still_open = []
    for point, count in counts.items():
        tally = tallies.setdefault((point.file, point.toggle), [0, 0, 0])
        tally[2] += 1
        if count:
            tally[0] += 1
            continue
        excuses = [waiver for waiver in waivers if waiver.covers(point, sources[point.file][point.line - 1])]
        needed.update(excuses)
        tally[1] += bool(excuses)
        if not excuses:
            still_open.append(point)
    lines, toggles = (
        {file: Share(*tally) for (file, toggle), tally in sorted(tallies.items()) if toggle == kind}
        for kind in (False, True)
    )
    return Report(lines, toggles, tuple(sorted(still_open)), tuple(w for w in waivers if w not in needed))


def total(shares: Mapping[str, Share]) -> Share:
    """All files together."""
    values = shares.values()
    return Share(sum(s.reached for s in values), sum(s.waived for s in values), sum(s.of for s in values))
