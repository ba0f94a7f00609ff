"""Limits of a plan that only a model can answer to, and whether the design that they are to hold for has that model."""

from __future__ import annotations

from pathlib import Path

from earloop.hil.judging.tolerances import Tolerances


def unfit_limit(limits: Tolerances, design: str, checkpoint: Path | None, decoder: Path | None) -> str | None:
    """The first limit that cannot be judged, and why; None if all can.

    Parameters
    ----------
    design : its name in the plan
    checkpoint, decoder : the design's, where they are

    Raises
    ------
    ModelError
        A limit is on a decoder that is none.
    """
    if limits.min_cosine is not None and checkpoint is None:
        return f"min_cosine: design {design} has no encoder; give designs.{design}.checkpoint"
    asked = [name for name in ("max_flipped", "max_value_error") if getattr(limits, name) is not None]
    if not asked:
        return None
    if decoder is None:
        return f"{asked[0]}: design {design} has no decoder; give designs.{design}.decoder"
    from earloop.model.finetuning.decoder_file import load_decoder

    info = load_decoder(decoder).info
    if "max_flipped" in asked and info.outputs:
        return (
            f"max_flipped: the decoder of design {design} gives values, {', '.join(info.outputs)}, which move and do "
            "not flip; give max_value_error, in their unit"
        )
    if "max_value_error" in asked and info.classes:
        return (
            f"max_value_error: the decoder of design {design} tells {', '.join(info.classes)} apart and gives no "
            "value; give max_flipped"
        )
    return None
