"""Tables as text, plain and gzipped: cells of any text, rows of any length, any layout, clocks, counters and makers."""

from __future__ import annotations

import codecs
import gzip
import io
from pathlib import Path

import numpy as np

from earloop.recordings import Recording, read_recording
from earloop.recordings.reading.assemble import NOTES
from earloop.recordings.reading.units import uv_per_unit
from tests.fuzz.chance import Chance
from tests.fuzz.formats import Files, Format
from tests.fuzz.mutate import damaged
from tests.fuzz.sane import MAX_GB, check_sane

CELLS = [
    *("", "nan", "NA", "inf", "-inf", "1e308", "1e999", "0x10", "1_0", "x", '"', '"1', '1"', '"1,2"', '"a\nb"'),
    *(
        "\0",
        "\r",
        " 1 ",
        "True",
        "1,5",
        "1,234",
        "1.234,5",
        "10:00:00.5",
        "2024-01-01 10:00:00",
        "#1",
        "%1",
        "-",
        "1 2",
    ),
]
NAMES = [
    *("TP9", "TP10", "marker", "time", "event 1", "", "index", "status2", "µ", "TP9", "T7 (mV)", "T8 [V]", "T9/uV"),
    *("T10 (a.u.)", "Not Used", "Sample Index", "time_ms", "EXG Channel 0", "RAW_TP9", "TimeStamp", "Elements", "#"),
]
ENDS = ["\n", "\n", "\n", "\r\n", "\r", "\n\n"]
HEADS = [
    *("", "", "", "", "# made\n", "\n", "%OpenBCI Raw EXG Data\n%Sample Rate = 250 Hz\n"),
    "%OpenBCI Raw EEG Data\n%Sample Rate = 250.0 Hz\n%First Column = SampleIndex\n",
]
ENCODINGS = {"utf-8": b"", "utf-8-sig": b"", "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
SUFFIXES = [".csv", ".csv", ".tsv", ".txt"]


def csv_tables(chance: Chance) -> Files:
    columns = chance.randint(1, 5)
    rows, separator = _rows(chance, columns)
    end = chance.choice(ENDS)
    text = chance.choice(HEADS) + end.join(separator.join(row) for row in rows) + chance.choice([end, ""])
    encoding = chance.choice(["utf-8"] * 9 + list(ENCODINGS))
    content = damaged(chance, ENCODINGS[encoding] + text.encode(encoding, "surrogatepass"), share=8)
    name = f"a{chance.choice(SUFFIXES)}"
    if chance.one_in(2):
        return {name: content}
    if chance.randint(0, 20) == 20:  # a little that grows to much
        content += (b"0" + b",0" * (columns - 1) + b"\n") * chance.choice([10, 10**6, 10**7])
    return {f"{name}.gz": damaged(chance, gzip.compress(content, 1, mtime=0), share=8)}


def _rows(chance: Chance, columns: int) -> tuple[list[list[str]], str]:
    """The cells of a table, and its separator."""
    separator = chance.choice([",", ",", ",", ",", ";", "\t", "  "])
    decimal = chance.choice([".", "."] if separator == "," else [".", ","])

    def cell(valid: str) -> str:
        return chance.choice([chance.choice(CELLS), chance.odd_text()]) if chance.oddly() else valid

    kinds = [chance.choice(["noise"] * 5 + ["clock", "count", "date", "marker", "constant"]) for _ in range(columns)]
    rows = [[cell(chance.choice(NAMES) if chance.one_in(2) else f"c{i}") for i in range(columns)]]
    lost = 0
    for i in range(chance.choice([0, 1, 3, 12, 40, 80])):
        lost += chance.choice([-12, 1, 3, 500]) if chance.one_in(60) else 0
        row = [cell(_cell(chance, kind, i + lost).replace(".", decimal)) for kind in kinds]
        if chance.randint(0, 200) == 200:
            row = chance.choice([row * 2, row[:-1], [""] * columns, [row[0], *[""] * (columns - 1)]])
        rows.append(row)
    return rows, separator


def _cell(chance: Chance, kind: str, i: int) -> str:
    match kind:
        case "clock":
            return f"{i * 0.004:.3f}"
        case "count":
            return str(i % 256)
        case "date":
            return f"10:00:{i % 15_000 / 250:06.3f}" if i >= 0 else "09:59:59.9"
        case "marker":
            return chance.choice(["0", "0", "1", ""])
        case "constant":
            return "7.5"
        case _:
            return str(round(chance.gauss(0, 20), 2))


def read_csv(folder: Path) -> None:
    (path,) = folder.iterdir()
    found = read_recording(path, rate_hz=250, max_gb=MAX_GB)
    check_sane(found)
    _check_against_pandas(path, found)


def _check_against_pandas(path: Path, found: Recording) -> None:
    """Where pandas can read the table at all, and has as many rows, it has the same values."""
    import pandas as pd

    notes = found.meta.get(NOTES, [])
    separators = {"tabs": "\t", "semicolons": ";", "spaces": r"\s+"}
    told = next((sign for word, sign in separators.items() if f"columns are separated by {word}" in notes), ",")
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith(("#", "%"))]
    try:
        table = pd.read_csv(
            io.StringIO("\n".join(lines)),
            sep=told,
            decimal="," if "numbers have decimal commas" in notes else ".",
            skipinitialspace=True,
            float_precision="round_trip",
            index_col=False,
        )
    except Exception:
        return
    table.columns = [str(name).strip() for name in table.columns]
    twice = {name.rpartition(".")[0] for name in table.columns}  # pandas calls the second of two T7 `T7.1`
    for i, name in enumerate(found.channels):
        if (
            name not in twice
            and list(table.columns).count(name) == 1
            and table[name].dtype.kind in "if"
            and len(table) == len(found.data)
        ):
            scale = uv_per_unit(name.strip(" ()[]")) or 1.0  # of a column whose name is a unit, and nothing else
            np.testing.assert_array_equal(found.data[:, i], table[name].to_numpy(float) * scale, err_msg=name)


FORMATS = {"csv": Format(csv_tables, read_csv)}
