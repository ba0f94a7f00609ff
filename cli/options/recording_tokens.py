"""Tokens of a recording file, in the format that a trained model expects."""

from __future__ import annotations

from pathlib import Path

from earloop.cli.options.recording_file import RecordingFile
from earloop.model.tokens.token_stream import Source, TokenStream
from earloop.model.tokens.tokenize import tokenize
from earloop.spec.design import load_design


def recording_tokens(recording: RecordingFile, design_path: Path, source: Source) -> TokenStream:
    """Return the tokens of a file, under its name; raise what reading it and loading the design raise."""
    design = load_design(design_path)
    return tokenize(recording.read_for(design), design, source=source, name=recording.name)
