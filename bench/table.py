"""The table of results as Markdown: rows with a value, a comparison and a target."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HEADINGS = ("measured", "value", "compared with", "target", "repeat with")


@dataclass(frozen=True, kw_only=True)
class ResultRow:
    """One ratio or count from one run.

    what : the measured quantity, and its conditions
    value : the measured value; None if it could not be measured, and `against` then gives the reason
    unit : the text after the value: `x real time`, `ms`, `clocks`
    against : what the value is compared with
    at_least, at_most : the target, in the same unit; at most one of them is given
    """

    what: str
    value: float | None
    unit: str = ""
    against: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target or a value."""
        if self.value is None or (self.at_least is None and self.at_most is None):
            return None
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    def cells(self) -> tuple[str, str, str, str]:
        """Return the row as text: what, value, against, target."""
        value = "not measured" if self.value is None else _with_unit(self.value, self.unit)
        return self.what, value, self.against, self._target()

    def _target(self) -> str:
        for sign, bound in (("≥", self.at_least), ("≤", self.at_most)):
            if bound is not None:
                verdict = {True: ": met", False: ": **missed**", None: ""}[self.met]
                return f"{sign} {_with_unit(bound, self.unit)}{verdict}"
        return ""


def number(value: float) -> str:
    """Format with three significant digits and thousands separators, without an exponent.

    >>> number(1234.5), number(0.01234), number(3.0)
    ('1,230', '0.0123', '3')
    """
    if value == 0:
        return "0"
    digits = 2 - int(f"{abs(value):e}".partition("e")[2])
    text = f"{round(value, digits):,.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_unit(value: float, unit: str) -> str:
    return f"{number(value)} {unit}".rstrip()


def render(
    rows: Mapping[str, Sequence[ResultRow]], machine: str, date: str, *, order: Sequence[str] = (), before: str = ""
) -> str:
    """Return the whole page, from the rows of each measurement by its name.

    Parameters
    ----------
    order : order of the measurements; those that are not in it come last
    before : the previous page, whose lines of other measurements are kept
    """
    sections = {name: [_line([*row.cells(), _repeat(name)]) for row in found] for name, found in rows.items()}
    for name, lines in _sections(before).items():
        sections.setdefault(name, lines)
    return "\n".join(
        [
            "# Results",
            "",
            "Written by `make bench`, or in part by `python -m bench NAME --write`. The rows of one command are taken",
            "in one run on one machine, so that ratios mean more than times.",
            "",
            f"{machine}; {date}.",
            "",
            _line(HEADINGS),
            _line(["---"] * len(HEADINGS)),
            *(line for name in sorted(sections, key=[*order, *sections].index) for line in sections[name]),
            "",
        ]
    )


def _repeat(name: str) -> str:
    return f"`python -m bench {name}`"


def _sections(page: str) -> dict[str, list[str]]:
    """Return the lines of a page's rows, by measurement."""
    sections: dict[str, list[str]] = {}
    for line in page.splitlines():
        if found := re.search(r"\| `python -m bench (\w+)` \|$", line):
            sections.setdefault(found[1], []).append(line)
    return sections


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"
