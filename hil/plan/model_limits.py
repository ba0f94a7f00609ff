"""Limits of a plan that need a model, and the check that the design has that model."""

from __future__ import annotations

from pathlib import Path

from earloop.hil.judging.tolerances import Tolerances


def unfit_limit(limits: Tolerances, design: str, checkpoint: Path | None, decoder: Path | None) -> str | None:
    """Return the first limit that cannot be judged, with the reason; None if all can.

    Parameters
    ----------
    design : the design's name in the plan
    checkpoint, decoder : the design's files, or None

    Raises
    ------
    ModelError
        A limit needs a decoder whose file is invalid.
    """
    if limits.min_cosine is not None and checkpoint is None:
        return f"min_cosine: design {design} has no encoder; give designs.{design}.checkpoint"
    needed = [name for name in ("max_flipped", "max_value_error") if getattr(limits, name) is not None]
    if not needed:
        return None
    if decoder is None:
        return f"{needed[0]}: design {design} has no decoder; give designs.{design}.decoder"
    from earloop.model.finetuning.decoder_file import load_decoder

    info = load_decoder(decoder).info
    if "max_flipped" in needed and info.outputs:
        return (
            f"max_flipped: the decoder of design {design} returns values, {', '.join(info.outputs)}, which cannot "
            "flip; give max_value_error, in their unit"
        )
    if "max_value_error" in needed and info.classes:
        return (
            f"max_value_error: the decoder of design {design} returns classes, {', '.join(info.classes)}, and no "
            "values; give max_flipped"
        )
    return None
