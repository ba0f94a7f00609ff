"""The choice of faults: random, the same for the same seed, and spread evenly over files and operators."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measurements.mutants.code import Code
from bench.measurements.mutants.operators import OPERATORS, Edit

EQUIVALENT = Path(__file__).with_name("equivalent.toml")


Key = tuple[str, str, str, str, int]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A file with one fault.

    before, after : the line that changes; a change over several lines has all of them, joined
    line : number of that line, from 1
    occurrence : 1 for the file's first line with that text, 2 for its second
    """

    file: str
    operator: str
    line: int
    before: str
    after: str
    edit: Edit
    occurrence: int = 1

    @property
    def key(self) -> Key:
        """The identity of this fault, which does not depend on other lines."""
        return self.file, self.operator, self.before, self.after, self.occurrence


def sources(folder: Path) -> list[Code]:
    """Return the Verilog or C files of a folder; generated files are in subfolders."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".v", ".c", ".h"))
    return [Code(path.name, path.read_text(encoding="utf-8")) for path in paths]


def every_mutant(code: Code) -> list[Mutant]:
    """Return all mutants of a file; if two operators give the same text, only the first."""
    mutants: dict[Edit, Mutant] = {}
    for name, operator in OPERATORS.items():
        for edit in operator(code):
            mutants.setdefault(edit, _mutant(code, name, edit))
    return list(mutants.values())


def _mutant(code: Code, operator: str, edit: Edit) -> Mutant:
    start = code.text.rfind("\n", 0, edit.start) + 1
    end = code.text.find("\n", edit.end)
    before = _joined(code.text[start:end])
    after = _joined(code.text[start : edit.start] + edit.new + code.text[edit.end : end])
    earlier = [_joined(line) for line in code.text[:start].splitlines()]
    return Mutant(
        file=code.file,
        operator=operator,
        line=len(earlier) + 1,
        before=before,
        after=after,
        edit=edit,
        occurrence=earlier.count(before) + 1,
    )


def _joined(text: str) -> str:
    return " ".join(text.split())


def draw(codes: Iterable[Code], seed: int) -> list[Mutant]:
    """Return all mutants in the order of their trials: one of each file and operator in turn."""
    chance = random.Random(seed)
    groups: dict[tuple[str, str], list[Mutant]] = {}
    for code in codes:
        for mutant in every_mutant(code):
            groups.setdefault((mutant.file, mutant.operator), []).append(mutant)
    rounds = list(groups.values())
    for group in rounds:
        chance.shuffle(group)
    drawn: list[Mutant] = []
    while rounds:
        chance.shuffle(rounds)
        drawn += [group.pop() for group in rounds]
        rounds = [group for group in rounds if group]
    return drawn


@dataclass(frozen=True)
class Equivalent:
    """A listed mutant, and the reason why no test finds it."""

    key: Key
    reason: str


def known_equivalents(path: Path = EQUIVALENT, table: str = "equivalent") -> list[Equivalent]:
    """Read the list of equivalents; the table `survivor` lists faults that count although no test finds them."""
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get(table, [])
    return [
        Equivalent(
            (row["file"], row["operator"], row["before"], row["after"], row.get("occurrence", 1)), row["reason"].strip()
        )
        for row in rows
    ]


def not_listed(mutants: Sequence[Mutant], equivalents: Iterable[Equivalent]) -> list[Mutant]:
    """Return the mutants that are not listed as equivalent."""
    known = {equivalent.key for equivalent in equivalents}
    return [mutant for mutant in mutants if mutant.key not in known]
