"""`earloop export`: export a pretrained encoder to other runtimes."""

from __future__ import annotations

from pathlib import Path

import click

from earloop.system.whole import check_writable


@click.command("export")
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.option("--onnx", type=click.Path(path_type=Path), help="Write ONNX, checked by ONNX Runtime: *.onnx.")
@click.option("--program", type=click.Path(path_type=Path), help="Write a torch.export program: *.pt2.")
@click.option("--hub", type=click.Path(path_type=Path), help="Write a folder for Hugging Face's hub.")
def command(checkpoint: Path, onnx: Path | None, program: Path | None, hub: Path | None) -> None:
    """Export the encoder of a checkpoint: its input is tokens, its output features, for any number of windows."""
    from earloop.model.config import ModelError
    from earloop.model.export.embedder import load_embedder
    from earloop.model.export.graphs import write_onnx, write_program
    from earloop.model.export.hub import write_hub

    if not (onnx or program or hub):
        raise click.UsageError("nothing to write: give --onnx, --program or --hub", click.get_current_context())
    for path, suffix in ((onnx, ".onnx"), (program, ".pt2")):
        if path and path.suffix != suffix:
            raise ModelError(f"{path}: wanted a name that ends in {suffix}")
        if path:
            check_writable(path.parent, ModelError)
    if hub:
        check_writable(hub, ModelError)
    embedder = load_embedder(checkpoint)
    if onnx:
        onnx.parent.mkdir(parents=True, exist_ok=True)
        difference = write_onnx(embedder, onnx)
        click.echo(f"{onnx}: ONNX Runtime and PyTorch differ by {difference:.1e} of the largest feature")
    if program:
        program.parent.mkdir(parents=True, exist_ok=True)
        write_program(embedder, program)
        click.echo(f"{program}: a torch.export program")
    if hub:
        write_hub(checkpoint, hub)
        click.echo(f"{hub}: config.json, model.safetensors and a card")
