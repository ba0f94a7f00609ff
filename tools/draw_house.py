"""Draws docs/pictures/house.svg from the imports: which room, and which sub-room within a room, imports which.

    python -m tools.draw_house

Each block is a matrix whose rows and columns are the parts, in one order. A dot says that the part of its row imports
the part of its column. All dots lie below the diagonal, since a part imports only what stands before it.
`tests/test_rooms.py` compares the file with the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from earloop.system.project import ROOT
from tests.rooms import ROOMS, WITHIN, imported_parts, imported_rooms, sources

PICTURE = ROOT / "docs" / "pictures" / "house.svg"
CELL, LABEL, TITLE, GAP, MARGIN = 18, 124, 40, 36, 24  # px
COLUMNS = 3
STYLE = (
    "text{font:12px sans-serif;fill:#222}.title{font-weight:bold;font-size:14px}"
    ".number{font-size:9px;fill:#667}.cell{fill:#f2f4f7}.self{fill:#c5ccd6}.dot{fill:#1f5fa8}"
)


@dataclass(frozen=True)
class Matrix:
    """One block: `parts` in their order, and for each the parts that it imports."""

    title: str
    parts: tuple[str, ...]
    imports: Mapping[str, frozenset[str]]

    @property
    def size(self) -> int:
        """Width and height of its cells, in px."""
        return CELL * len(self.parts)


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(draw(matrices()), encoding="utf-8")


def matrices() -> list[Matrix]:
    """The house, then each room that has an order of its own."""
    found = [Matrix("the house", ROOMS, {room: _rooms_of(room) - {room} for room in ROOMS})]
    for room, parts in WITHIN.items():
        found.append(Matrix(room, parts, {part: _parts_of(room, part) - {part} for part in parts}))
    return found


def draw(blocks: list[Matrix]) -> str:
    """The blocks as SVG, a few in a row."""
    shapes: list[str] = []
    top = MARGIN
    width = 0
    for first in range(0, len(blocks), COLUMNS):
        row = blocks[first : first + COLUMNS]
        left = MARGIN
        for block in row:
            shapes += _draw_one(block, left, top)
            left += LABEL + block.size + GAP
        width = max(width, left - GAP + MARGIN)
        top += TITLE + max(block.size for block in row) + GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top}" viewBox="0 0 {width} {top}">'
    background = f'<rect width="{width}" height="{top}" fill="#fff"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", background, *shapes, "</svg>", ""])


def _draw_one(block: Matrix, left: int, top: int) -> list[str]:
    shapes = [f'<text class="title" x="{left}" y="{top + 14}">{block.title}</text>']
    for row, part in enumerate(block.parts):
        y = top + TITLE + CELL * row
        shapes.append(f'<text x="{left + LABEL - 8}" y="{y + 13}" text-anchor="end">{part} {row + 1}</text>')
        x = left + LABEL + CELL * row + CELL // 2 - 1
        shapes.append(f'<text class="number" x="{x}" y="{top + TITLE - 4}" text-anchor="middle">{row + 1}</text>')
        for column, other in enumerate(block.parts[: row + 1]):
            x = left + LABEL + CELL * column
            kind = "self" if column == row else "cell"
            shapes.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}"/>')
            if other in block.imports[part]:
                shapes.append(f'<circle class="dot" cx="{x + CELL // 2 - 1}" cy="{y + CELL // 2 - 1}" r="4"/>')
    return shapes


def _rooms_of(room: str) -> frozenset[str]:
    return frozenset[str]().union(*(imported_rooms(path.read_text("utf-8")) for path in sources(ROOT / room)))


def _parts_of(room: str, part: str) -> frozenset[str]:
    return frozenset[str]().union(
        *(imported_parts(room, path.read_text("utf-8")) for path in sources(ROOT / room / part))
    )


if __name__ == "__main__":
    main()
