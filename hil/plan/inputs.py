"""A digest of all inputs of a case's verdict: a case with the same digest need not run again.

A device that is built from the tree depends on the program's own files, as does the judgement. For a real earbud, the
identity that it reports is a further input.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from earloop.hil.plan.plan import Case
from earloop.hil.run.device import Identity
from earloop.recordings import RecordingError
from earloop.recordings.brainvision.header import files_of
from earloop.spec.design import load_design
from earloop.system.sources import source_key

PROGRAM = ("spec", "recordings", "synth_data", "sim", "hw", "firmware", "model", "hil")


def inputs_digest(case: Case, identity: Identity | None) -> str:
    """Return the SHA-256, in hex, of all inputs of a case's verdict; `identity` is that of a real earbud, else None."""
    facts: dict[str, Any] = {
        "program": program_digest(),
        "design": load_design(case.design).design_hash,
        "recording": case.recording.model_dump(mode="json", exclude={"file", "max_gb"}),
        "recording_bytes": None if case.recording.file is None else _digest(case.recording.file),
        "device": case.device.model_dump(mode="json", exclude={"image"}),
        "image": None if case.device.image is None else _digest(case.device.image),
        "identity": None if identity is None else asdict(identity),
        "checkpoint": None if case.checkpoint is None else _digest(case.checkpoint),
        "decoder": None if case.decoder is None else _digest(case.decoder),
        "fault": None if case.fault is None else case.fault.model_dump(mode="json"),
        "tolerances": case.tolerances.model_dump(mode="json"),
    }
    scenario = case.recording.scenario
    if scenario is not None and Path(scenario).is_file():
        facts["scenario"] = _digest(Path(scenario))
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@cache
def program_digest() -> str:
    """Return the digest of the program's own files."""
    return source_key(PROGRAM)


def _digest(path: Path) -> str:
    """Return the digest of a file, of a folder with its files and names, or of a BrainVision header with its files."""
    if path.is_dir():
        base, files = path, sorted(file for file in path.rglob("*") if file.is_file())
    else:
        base, files = path.parent, _with_named(path) if path.suffix.lower() == ".vhdr" else [path]
    total = hashlib.sha256()
    for file in files:
        total.update(str(file.relative_to(base)).encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def _with_named(header: Path) -> list[Path]:
    """Return a BrainVision header and its files; the header alone if it cannot be read, which is an error later."""
    try:
        return list(files_of(header))
    except RecordingError:
        return [header]
