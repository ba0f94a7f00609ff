"""The limits of a verdict, as a plan states them: default, unit and meaning of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from earloop.spec.design import Design
from earloop.spec.validation import FileTable


def _limit(
    default: Any,
    unit: str,
    says: str,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
) -> Any:
    """A field with its unit, what it says, and the values that it may have."""
    return Field(default=default, description=says, json_schema_extra={"unit": unit}, ge=ge, gt=gt, le=le)


class Tolerances(FileTable):
    """What a run may miss and still pass; the defaults are the design's limits, and no value that differs."""

    mismatches: int = _limit(
        0, "values", "values of each tap that may differ from the golden model; what is missing may never be", ge=0
    )
    lost_tokens: int = _limit(
        0,
        "tokens",
        "tokens that the line may lose; what is lost is compared with nothing, and where any token may be lost, other "
        "taps may lose values, too",
        ge=0,
    )
    saturated_share: float = _limit(
        1.0, "share", "share of the golden model's token samples that may be clipped", ge=0, le=1
    )
    railed_share: float = _limit(
        0.1,
        "share",
        "share of each channel's samples that may lie at the converter's rails; an input beyond that is not judged",
        ge=0,
        le=1,
    )
    flat_channels: int = _limit(
        0,
        "channels",
        "channels that may be flat, each sample like the one before; an input with more is not judged",
        ge=0,
    )
    min_sqnr_db: Mapping[str, Annotated[float, Field(gt=0, le=200)]] = _limit(
        {},
        "dB",
        "by band, the SQNR that it must reach, whatever noise hides its error and whatever the golden model reaches; a "
        "band that is not named is held to the design's limit, or to what the golden model reaches",
    )
    max_clock_ppm: float | None = _limit(
        None, "ppm", "by how much the clock of a device's own converter may be off, its uncertainty included", gt=0
    )
    converter_restarts: int = _limit(0, "restarts", "times that a device's own converter may be restarted", ge=0)
    min_cosine: float | None = _limit(
        None, "cosine", "cosine that the embeddings of each window must reach; wants a `checkpoint`", ge=-1, le=1
    )
    max_flipped: float | None = _limit(
        None,
        "share",
        "share of the windows that may be decided otherwise than by the float path; wants a `decoder` of classes",
        ge=0,
        le=1,
    )
    max_value_error: float | None = _limit(
        None,
        "the value's unit",
        "by how much a decoded value may be off the float path's; wants a `decoder` of values",
        ge=0,
    )

    def wanted_db(self, design: Design) -> list[float | None]:
        """Of each band of a design, in order; None where nothing but the design says it."""
        return [self.min_sqnr_db.get(name) for name in design.band_names]
