"""The report of an experiment: a table, a figure, and the numbers as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from earloop.model.protocol.bootstrap import Score
from earloop.sim.view.style import style

Cell = str | int | float | Score


@dataclass(frozen=True, kw_only=True)
class ExperimentReport:
    """The result of an experiment.

    name : name of the experiment
    question : the question that it answers
    head, rows : header and rows of the table; a cell is text, a number, or a score with its interval
    figure : the same results as a figure
    notes : lines below the table
    """

    name: str
    question: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    figure: Figure
    notes: tuple[str, ...] = ()

    def markdown(self) -> str:
        """Return the table, and the notes below it."""
        lines = [_row(self.head), _row(["---" if i == 0 else "---:" for i in range(len(self.head))])]
        lines += [_row([_text(cell) for cell in row]) for row in self.rows]
        return "\n".join([*lines, "", *self.notes])

    def write(self, out: Path, facts: dict[str, Any]) -> list[Path]:
        """Write `NAME.md`, `NAME.png` and `NAME.json` into a folder.

        Parameters
        ----------
        facts : properties of the run: command, seed, budget, duration
        """
        out.mkdir(parents=True, exist_ok=True)
        paths = [out / f"{self.name}.{suffix}" for suffix in ("md", "png", "json")]
        about = "\n".join(f"- {key}: {value}" for key, value in facts.items())
        paths[0].write_text(f"# {self.name}\n\n{self.question}\n\n{self.markdown()}\n\n{about}\n", encoding="utf-8")
        with style():
            self.figure.savefig(paths[1], dpi=160)
        rows = [dict(zip(self.head, (_plain(cell) for cell in row), strict=True)) for row in self.rows]
        content = {"experiment": self.name, "question": self.question, "rows": rows, "notes": self.notes, **facts}
        paths[2].write_text(json.dumps(content, indent=1), encoding="utf-8")
        return paths


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _plain(cell: Cell) -> Any:
    return asdict(cell) if isinstance(cell, Score) else cell
