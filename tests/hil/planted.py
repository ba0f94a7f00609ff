"""Firmware with one wrong bit in one stage, and nothing else changed: which stage that is, the rig is to find out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from bench.measurements.mutants.planting import BUILD_DIR, scratch
from earloop.firmware import build

CHANNEL, BAND, TICK, FACTOR = 2, 5, 260, 5
PATCH = TICK // 50


@dataclass(frozen=True)
class Plant:
    """A place in the sources: of `file`, `code` is replaced by `wrong`, whose value differs at one tick."""

    file: str
    code: str
    wrong: str


def _at(also: str = "") -> str:
    return f"(t->ticks == {TICK}U && channel == {CHANNEL}U{also})"


PLANTS = {
    "codes": Plant(
        "session.c",
        "bytes_get_code(bytes + channel * PROTOCOL_SAMPLE_BYTES);",
        "bytes_get_code(bytes + channel * PROTOCOL_SAMPLE_BYTES)"
        f" ^ (session->stream.received == {TICK * FACTOR}U && channel == {CHANNEL}U ? 1 << 20 : 0);",
    ),
    "decimated": Plant(
        "tokenizer.c",
        "decimate(t->line[channel], t->oldest, (struct clips){&clipped, 1});",
        f"decimate(t->line[channel], t->oldest, (struct clips){{&clipped, 1}}) ^ ({_at()} << 20);",
    ),
    "notched": Plant(
        "tokenizer.c",
        "remove_hum(t, channel, decimated, (struct clips){&clipped, 2});",
        f"remove_hum(t, channel, decimated, (struct clips){{&clipped, 2}}) ^ ({_at()} << 20);",
    ),
    "bands": Plant(
        "tokenizer.c",
        "section_step(second, band_sections[band][1], middle, middle1, middle2, clips);",
        "section_step(second, band_sections[band][1], middle, middle1, middle2, clips)"
        f" ^ ({_at(f' && band == {BAND}U')} << 16);",
    ),
    "tokens": Plant(
        "tokenizer.c",
        "to_token(y, token_shifts[band], (struct clips){&tokens_clipped, 1U << band});",
        "(int16_t)(to_token(y, token_shifts[band], (struct clips){&tokens_clipped, 1U << band})"
        f" ^ {_at(f' && band == {BAND}U')});",
    ),
}
"""One place in each stage, by the tap that departs first."""


@contextmanager
def planted(stage: str) -> Iterator[None]:
    """The firmware's sources with a wrong bit in that stage, for whatever is built from them meanwhile."""
    plant = PLANTS[stage]
    BUILD_DIR.mkdir(parents=True, exist_ok=True)
    with scratch(BUILD_DIR) as place, pytest.MonkeyPatch.context() as patched:
        shutil.copytree(build.SOURCES, place / "src")
        source = place / "src" / plant.file
        text = source.read_text(encoding="utf-8")
        assert text.count(plant.code) == 1, f"{plant.file}: changed; plant it elsewhere"
        source.write_text(text.replace(plant.code, plant.wrong), encoding="utf-8")
        patched.setattr(build, "SOURCES", place / "src")
        patched.setattr(build, "BUILD", place / "build")
        yield
