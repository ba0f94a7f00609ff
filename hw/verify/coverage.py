"""Coverage of the Verilog by a set of runs: lines and bits, from the counts of the Verilated program.

Verilator writes one line for each point, `C '\\x01key\\x02value...' count`. A point is a block of lines or a branch
(keys f, l, n, o: file, line, column, name), or one bit's rise or fall. Points of the same place are summed over
instances and runs. `coverage_waivers.toml` lists the points that no run can reach, with the reason; a waiver that no
open point needs is stale.

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


@dataclass(frozen=True, order=True, kw_only=True)
class Point:
    """A point of the source that a run reaches or not.

    file, line, column : place of the point
    what : name of a block or branch, such as `if` and `else`; or bit and direction of a toggle, `acc_reg[3]:0->1`
    toggle : whether the point is a toggle
    """

    file: str
    line: int
    column: int
    what: str
    toggle: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """The reason why some points cannot be reached.

    file : the Verilog file
    reason : why no run can reach the points
    toggles : regular expression for the bits; empty for a block or branch
    line : text in the source line of a block or branch; empty for toggles
    what : name of the block or branch
    """

    file: str
    reason: str
    toggles: str = ""
    line: str = ""
    what: str = ""

    def covers(self, point: Point, source: str) -> bool:
        """Return whether this waiver applies to a point, whose source line is `source`."""
        if point.file != self.file or point.toggle != bool(self.toggles):
            return False
        if point.toggle:
            return re.fullmatch(self.toggles, point.what.partition(":")[0]) is not None
        return self.line in source and point.what == self.what


@dataclass(frozen=True)
class Share:
    """How many points of a file, or of all files, were reached or waived, and their total number."""

    reached: int
    waived: int
    total: int

    @property
    def percent(self) -> float:
        """The share of the reached points in those that are not waived."""
        return 100 * self.reached / max(1, self.total - self.waived)


@dataclass(frozen=True, kw_only=True)
class CoverageReport:
    """The coverage of a set of runs, with its waivers.

    lines, toggles : the share of each file
    open : points that no run reached and no waiver covers
    stale : waivers that no point needs
    """

    lines: dict[str, Share]
    toggles: dict[str, Share]
    open: tuple[Point, ...]
    stale: tuple[Waiver, ...]


def read_counts(path: Path) -> Counter[Point]:
    """Read the counts that one program has written.

    Raises
    ------
    EarloopError
        The file is missing, or contains no points.
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
            point = Point(
                file=file,
                line=int(values["l"]),
                column=int(values["n"]),
                what=values["o"],
                toggle=values["t"] == "toggle",
            )
            counts[point] += int(count)
    if not counts:
        raise EarloopError(f"{path}: no points of coverage are in it; run a program of the kind COVERAGE")
    return counts


def load_waivers(path: Path = WAIVERS) -> tuple[Waiver, ...]:
    """Read the waivers of a file.

    Raises
    ------
    EarloopError
        The file is not TOML, or a waiver lacks a key or a reason, or has an unknown key.
    """
    try:
        waivers = tuple(Waiver(**entry) for entry in read_toml(path, EarloopError)["waiver"])
    except (KeyError, TypeError) as error:
        raise EarloopError(f"{path}: not a list of waivers: {error}") from None
    for waiver in waivers:
        if not waiver.reason or bool(waiver.toggles) == bool(waiver.line):
            raise EarloopError(f"{path}: {waiver.file}: a waiver must have a reason, and either toggles or a line")
    return waivers


def report(counts: Mapping[Point, int], waivers: Iterable[Waiver], rtl_dir: Path = RTL_DIR) -> CoverageReport:
    """Compare counts, summed over all runs, with the waivers."""
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
        matching = [waiver for waiver in waivers if waiver.covers(point, sources[point.file][point.line - 1])]
        needed.update(matching)
        tally[1] += bool(matching)
        if not matching:
            still_open.append(point)
    lines, toggles = (
        {file: Share(*tally) for (file, toggle), tally in sorted(tallies.items()) if toggle == kind}
        for kind in (False, True)
    )
    return CoverageReport(
        lines=lines,
        toggles=toggles,
        open=tuple(sorted(still_open)),
        stale=tuple(waiver for waiver in waivers if waiver not in needed),
    )


def total(shares: Mapping[str, Share]) -> Share:
    """Return the share of all files together."""
    values = shares.values()
    return Share(sum(s.reached for s in values), sum(s.waived for s in values), sum(s.total for s in values))
