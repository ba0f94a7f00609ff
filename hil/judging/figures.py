"""What a verdict on a device is judged by: of a whole run, or of what has come of a live one so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earloop.hil.diagnosis.finding import Finding
from earloop.hil.faults.fault import Fault
from earloop.hil.judging.compare import Divergence, TapComparison
from earloop.hil.judging.decisions import Flips, ValueErrors
from earloop.hil.judging.departure import first_of
from earloop.hil.judging.judgeable import InputCounts
from earloop.hil.judging.sqnr import BandQuality, worst_of
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.run.own_samples import OwnSamples
from earloop.spec.design import Design

if TYPE_CHECKING:  # at run time it would bring PyTorch to where no encoder is asked for
    from earloop.hil.judging.embeddings import EmbeddingCosines


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a verdict on a device is judged by.

    tolerances : the limits
    taps : each tap against the golden model
    qualities : each band against the float path
    input_counts : what the input is like
    saturated_share : of the golden model's token samples, those that were clipped
    lost_tokens : on the line; what was lost is compared with nothing
    has_line : whether tokens may be lost at all
    complaints : what the device says is wrong with itself
    own : the samples, where the device took them from a converter of its own
    embeddings : what an encoder makes of the tokens, where there is one
    decisions : how far a decoder departs by them, where there is one
    broken_off : why the device did not come to the end
    fault : the one that was brought about on purpose, if any: the verdict is then on whether it was noticed
    findings : what seems to be wrong with the device, the surest first
    """

    design: Design
    tolerances: Tolerances
    taps: Sequence[TapComparison]
    qualities: Sequence[BandQuality]
    input_counts: InputCounts
    saturated_share: float
    lost_tokens: int
    has_line: bool
    complaints: tuple[str, ...] = ()
    own_samples: OwnSamples | None = None
    embeddings: EmbeddingCosines | None = None
    decisions: Flips | ValueErrors | None = None
    broken_off: str | None = None
    fault: Fault | None = None
    findings: Sequence[Finding] = ()

    @property
    def worst_band(self) -> BandQuality | None:
        """The band of the lowest SQNR; None where no band is judged by it."""
        return worst_of(self.qualities)

    @property
    def mismatches(self) -> int:
        """Token samples that differ or never came."""
        return sum(tap.mismatches + tap.missing for tap in self.taps if tap.tap == "tokens")

    @property
    def first_divergence(self) -> Divergence | None:
        """The earliest difference over all taps; of several at one tick, the one furthest up the signal path."""
        return first_of(self.taps)
