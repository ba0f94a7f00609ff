"""The rows that are made of the experiments' tables: the right difference beside the right numbers."""

from __future__ import annotations

from bench.measurements.experiments import rows


def score(value, spread=0.1):
    return {"value": value, "low": round(value - spread, 3), "high": round(value + spread, 3)}


BANDS = [
    {"task": "real SSVEP", "bands": 1, "score": score(0.6), "12 bands better by": score(0.3)},
    {"task": "real SSVEP", "bands": 4, "score": score(0.8), "12 bands better by": score(0.1)},
    {"task": "real SSVEP", "bands": 12, "score": score(0.9), "12 bands better by": ""},
]
PRETRAINED = [
    {"task": task, "labels": labels, "model": model, "score": score(value), "better than scratch by": gain}
    for task in ("real N170", "synthetic taste")
    for labels in ("30%", "100%")
    for model, value, gain in (
        ("scratch", 0.5, ""),
        ("random, frozen", 0.9, score(0.4)),
        ("100% of corpus, frozen", 0.6, score(0.1, 0.02)),
        ("pretrained, full", 0.55, score(0.05)),
    )
]
FLICKER = [
    {"model": "power at the flicker", "score": score(0.94)},
    {"model": "PiMT", "score": score(0.96)},
]


def test_each_claim_is_a_row_beside_what_it_is_compared_with():
    found = {row.what: row for row in rows({"tokenization": BANDS, "pretraining": PRETRAINED, "flicker": FLICKER})}
    bands = found["12 bands better than 1 by at least, real SSVEP"]
    assert (bands.value, bands.met) == (0.2, True)
    assert "on 1 band, 0.6; on 12 0.9" in bands.against
    pretrained = found["Pretrained on synthetic, better than scratch by at least, real N170"]
    assert (pretrained.value, pretrained.met) == (0.08, True)  # an untrained encoder is no way to use a pretrained one
    assert pretrained.against.startswith("100% of corpus, frozen, 0.6; from scratch 0.5; untrained and frozen 0.9")
    flicker = [row for what, row in found.items() if what.startswith("Flicker")]
    assert [(row.value, row.met) for row in flicker] == [(0.94, None), (0.96, True)]
    assert len(found) == 4
