"""The recording that a command is given, as the tokens that a trained model takes."""

from __future__ import annotations

from pathlib import Path

from model.tokens.token_stream import Source, TokenStream
from model.tokens.tokenize import tokenize
from recordings import read_recording
from spec.design import load_design


def recording_tokens(
    path: Path, rate_hz: float | None, channels: tuple[str, ...] | None, design_path: Path, source: Source
) -> TokenStream:
    """Tokens of a file, read as `recording_options` and `design_option` say, under its name; raises as these do."""
    read = read_recording(path, rate_hz=rate_hz, channels=channels)
    return tokenize(read, load_design(design_path), source=source, name=path.name)
