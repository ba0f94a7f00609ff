"""`earloop decode`: decode a recording with a trained decoder."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earloop.cli.options.files import design_for, design_option, out_option, recording_argument
from earloop.cli.options.fitting import offers_fitting
from earloop.cli.options.recording_file import RecordingFile
from earloop.system.whole import check_writable, whole_file, writing

if TYPE_CHECKING:
    from earloop.model.export.decode import Decoded


@click.command("decode")
@recording_argument()
@click.option(
    "--decoder",
    "decoder_path",
    type=click.Path(path_type=Path),
    required=True,
    help="Decoder that `earloop finetune` wrote.",
)
@design_option
@click.option(
    "--hop",
    "hop_s",
    type=float,
    help="Seconds from the start of one window to the next.  [default: one window's length]",
)
@out_option("File to write, *.csv: one row per window; for a decoder of values, one row per patch.")
@offers_fitting
def command(
    recording: RecordingFile,
    decoder_path: Path,
    design_path: Path,
    hop_s: float | None,
    out: Path,
) -> None:
    """Decode a recording window by window: the probability of each class, or the value at each patch."""
    from earloop.cli.options.recording_tokens import recording_tokens
    from earloop.cli.output.console import progress
    from earloop.model.config import ModelError
    from earloop.model.export.decode import decode
    from earloop.model.export.windows import window_starts
    from earloop.model.finetuning.decoder_file import load_decoder

    if out.suffix != ".csv":
        raise ModelError(f"{out}: decisions are written as *.csv; try {out.with_suffix('.csv').name}")
    check_writable(out.parent, ModelError)
    decoder = load_decoder(decoder_path)
    stream = recording_tokens(recording, design_for(design_path, decoder_path), decoder.info.format.source)
    windows = len(window_starts(stream, decoder.info.format, decoder.patches, hop_s))
    with progress("decode", windows, "windows") as advance:
        found = decode(decoder, stream, hop_s=hop_s, advance=advance)
    _write(out, _rows(found))
    click.echo(f"{out}: {windows} windows of {found.window_s:g} s: {_in_short(found)}")


def _write(path: Path, rows: Iterator[list[Any]]) -> None:
    from earloop.model.config import ModelError

    with (
        writing(path, ModelError),
        whole_file(path) as scratch,
        scratch.open("w", newline="", encoding="utf-8") as file,
    ):
        csv.writer(file).writerows(rows)


def _rows(found: Decoded) -> Iterator[list[Any]]:
    """Return a header row, then one row per window; for a decoder of values, one row per patch."""
    if found.classes:
        yield ["start_s", *found.classes, "decision"]
        for start_s, scores, chosen in zip(found.start_s, found.values, found.chosen, strict=True):
            yield [round(float(start_s), 6), *(f"{score:.6f}" for score in scores), found.classes[chosen]]
        return
    yield ["start_s", *found.outputs]
    by_patch = found.values.reshape(-1, len(found.outputs))
    for start_s, values in zip(found.patch_start_s.flat, by_patch, strict=True):
        yield [round(float(start_s), 6), *(f"{value:.6g}" for value in values)]


def _in_short(found: Decoded) -> str:
    if not found.classes:
        return f"{', '.join(found.outputs)} of {found.patch_start_s.size} patches"
    return ", ".join(f"{count} {name}" for name, count in Counter(found.classes[i] for i in found.chosen).most_common())
