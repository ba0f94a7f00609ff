"""`earloop embed`: compute features of a recording with a pretrained encoder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.files import design_option, out_option, recording_argument
from earloop.cli.options.fitting import offers_fitting
from earloop.cli.options.recording_file import RecordingFile
from earloop.model.config import LEVELS
from earloop.system.whole import check_writable

if TYPE_CHECKING:
    from earloop.model.config import Level


@click.command("embed")
@recording_argument()
@click.option(
    "--checkpoint", type=click.Path(path_type=Path), required=True, help="Checkpoint that `earloop pretrain` wrote."
)
@design_option
@click.option(
    "--hop",
    "hop_s",
    type=float,
    help="Seconds from the start of one window to the next.  [default: one window's length]",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="window",
    show_default=True,
    help="Return one vector for each window, for each patch, or for each token.",
)
@out_option("File to write, *.npz: values, start_s, window_s.")
@offers_fitting
def command(
    recording: RecordingFile,
    checkpoint: Path,
    design_path: Path,
    hop_s: float | None,
    level: Level,
    out: Path,
) -> None:
    """Compute the features of a recording, window by window."""
    import numpy as np

    from earloop.cli.options.recording_tokens import recording_tokens
    from earloop.cli.output.console import progress
    from earloop.model.config import ModelError
    from earloop.model.export.embed import embed
    from earloop.model.export.embedder import load_embedder
    from earloop.model.export.windows import window_starts

    if out.suffix != ".npz":
        raise ModelError(f"{out}: embeddings are written as *.npz; try {out.with_suffix('.npz').name}")
    check_writable(out.parent, ModelError)
    embedder = load_embedder(checkpoint)
    stream = recording_tokens(recording, design_path, embedder.token_format.source)
    windows = len(window_starts(stream, embedder.token_format, embedder.encoder.config.patches, hop_s))
    with progress("embed", windows, "windows") as advance:
        found = embed(embedder, stream, hop_s=hop_s, level=level, advance=advance)
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(out, values=found.values, start_s=found.start_s, window_s=found.window_s)
    shape = " x ".join(str(n) for n in found.values.shape)
    click.echo(f"{out}: {shape}, {len(found.start_s)} windows of {found.window_s:g} s")
