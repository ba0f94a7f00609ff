"""Tiny corpora of noise: what a store, a reader or an exporter does with a corpus does not depend on what is in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from earloop.recordings import Annotation, Corpus, CorpusPlan, Recording, create_corpus, write_session
from earloop.spec.design import Design

SECONDS = 12
SCENARIO = {
    "name": "free-living",
    "effect_size": 1.0,
    "tracks": [{"activities": [{"name": "sitting", "label": None}, {"name": "trial", "label": "odour"}]}],
}
NOTES = (
    Annotation(0.0, 8.0, "sitting", source="scenario"),
    Annotation(1.2345, 0.3, "blink", 131.25, "eog"),
    Annotation(8.0, 4.0, "odour", source="scenario"),
    Annotation(9.5, 0.0, "r_peak", 30.5, "ecg"),
)


def tiny_plan(design: Design, **changes: object) -> CorpusPlan:
    """Two people, two sessions of 12 s each."""
    plan = CorpusPlan(design, SCENARIO, seed=1, subjects=2, seconds=4 * SECONDS, longest_s=SECONDS)
    return replace(plan, **changes)


def noise(plan: CorpusPlan, index: int) -> np.ndarray:
    """Codes over the whole range, both ends among them."""
    samples = plan.sessions[index].seconds * plan.design.converter.rate_hz
    codes = np.random.default_rng(index).integers(-(2**23), 2**23, (samples, len(plan.design.channels)))
    codes[:2, 0] = -(2**23), 2**23 - 1
    return codes.astype(np.int32)


def write_one(corpus: Corpus, index: int, codes: np.ndarray | None = None) -> None:
    plan, planned = corpus.plan, corpus.plan.sessions[index]
    data = noise(plan, index) if codes is None else codes
    meta: dict[str, object] = {"lsb_uv": plan.design.converter.lsb_uv}
    meta |= {"subject": {"name": planned.subject, "sex": "fm"[index // 2 % 2], "age_years": 30.7 + index // 2}}
    recording = Recording(data, "codes", float(plan.design.converter.rate_hz), plan.design.channels, NOTES, meta)
    write_session(recording, corpus.path_of(planned))


def write_tiny(path: Path, plan: CorpusPlan) -> Corpus:
    corpus = create_corpus(path, plan)
    with corpus.being_written():
        for planned in plan.sessions:
            write_one(corpus, planned.index)
    return corpus


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
