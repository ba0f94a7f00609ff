"""The limits of a verdict, as a plan sets them: default, unit and meaning of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from earloop.spec.design import Design
from earloop.spec.validation import FileTable


def _limit(
    default: Any,
    unit: str,
    meaning: str,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
) -> Any:
    """Return a field with its unit, its meaning, and its range."""
    return Field(default=default, description=meaning, json_schema_extra={"unit": unit}, ge=ge, gt=gt, le=le)


class Tolerances(FileTable):
    """The limits within which a run passes; the defaults are the design's limits, and no mismatch."""

    mismatches: int = _limit(
        0, "values", "values of each tap that may differ from the golden model; missing values always fail", ge=0
    )
    lost_tokens: int = _limit(
        0,
        "tokens",
        "tokens that the line may lose; lost values are not compared, and where tokens may be lost, other "
        "taps may lose values, too",
        ge=0,
    )
    saturated_share: float = _limit(
        1.0, "share", "share of the golden model's token samples that may be clipped", ge=0, le=1
    )
    railed_share: float = _limit(
        0.1,
        "share",
        "share of each channel's samples that may be at the converter's rails; an input with more is not judged",
        ge=0,
        le=1,
    )
    flat_channels: int = _limit(
        0,
        "channels",
        "channels that may be flat, with all samples equal; an input with more is not judged",
        ge=0,
    )
    min_sqnr_db: Mapping[str, Annotated[float, Field(gt=0, le=200)]] = _limit(
        {},
        "dB",
        "by band, the SQNR that it must reach, even if noise hides its error or the golden model reaches less; the "
        "limit of other bands is that of the design, or the SQNR of the golden model if that is lower",
    )
    max_clock_ppm: float | None = _limit(
        None, "ppm", "largest error of the clock of a device's converter, including the uncertainty", gt=0
    )
    converter_restarts: int = _limit(0, "restarts", "how often a device's converter may be restarted", ge=0)
    min_cosine: float | None = _limit(
        None, "cosine", "cosine that the embeddings of each window must reach; needs a `checkpoint`", ge=-1, le=1
    )
    max_flipped: float | None = _limit(
        None,
        "share",
        "share of the windows whose decision may differ from the float path's; needs a `decoder` of classes",
        ge=0,
        le=1,
    )
    max_value_error: float | None = _limit(
        None,
        "the value's unit",
        "largest difference of a decoded value from the float path's; needs a `decoder` of values",
        ge=0,
    )

    def wanted_db(self, design: Design) -> list[float | None]:
        """Return the plan's limit for each band of a design, in order; None where the design's limit applies."""
        return [self.min_sqnr_db.get(name) for name in design.band_names]
