"""CSV, plain and gzipped: cells of any text, rows of any length."""

from __future__ import annotations

import gzip
from pathlib import Path

from recordings import read_recording
from tests.fuzz.chance import Chance
from tests.fuzz.formats import Files, Format
from tests.fuzz.mutate import damaged
from tests.fuzz.sane import MAX_GB, check_sane

CELLS = [
    "",
    "nan",
    "NA",
    "inf",
    "-inf",
    "1e308",
    "1e999",
    "0x10",
    "1_0",
    "x",
    '"',
    '"1',
    '1"',
    '"1,2"',
    '"a\nb"',
    "\0",
    "\r",
    " 1 ",
    "True",
]
NAMES = ["TP9", "TP10", "marker", "time", "event 1", "", "index", "status2", "µ", "TP9"]
ENDS = ["\n", "\n", "\n", "\r\n", "\r", "\n\n"]


def csv_tables(chance: Chance) -> Files:
    columns = chance.randint(1, 5)

    def cell(valid: str) -> str:
        return chance.choice([chance.choice(CELLS), chance.odd_text()]) if chance.oddly() else valid

    names = [cell(chance.choice(NAMES) if chance.one_in(2) else f"c{i}") for i in range(columns)]
    rows = [names]
    for i in range(chance.randint(0, 12)):
        row = [cell(str(chance.choice([0, 1, -2.5, i]))) for _ in range(columns)]
        if chance.randint(0, 60) == 60:
            row = row * 2 if chance.one_in(2) else row[:-1]
        rows.append(row)
    separator = chance.choice([",", ",", ",", ",", ";", "\t"])
    end = chance.choice(ENDS)
    text = end.join(separator.join(row) for row in rows) + chance.choice([end, ""])
    content = damaged(chance, text.encode("utf-8", "surrogatepass"), share=8)
    if chance.one_in(2):
        return {"a.csv": content}
    if chance.randint(0, 20) == 20:  # a little that grows to much
        content += (b"0" + b",0" * (columns - 1) + b"\n") * chance.choice([10, 10**6, 10**7])
    return {"a.csv.gz": damaged(chance, gzip.compress(content, 1, mtime=0), share=8)}


def read_csv(folder: Path) -> None:
    (path,) = folder.iterdir()
    check_sane(read_recording(path, rate_hz=250, max_gb=MAX_GB))


FORMATS = {"csv": Format(csv_tables, read_csv)}
