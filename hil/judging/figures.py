"""The figures on which a verdict is based: of a finished run, or of a live run so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earloop.hil.diagnosis.finding import Finding
from earloop.hil.faults.fault import Fault
from earloop.hil.judging.compare import Divergence, TapComparison
from earloop.hil.judging.decisions import Flips, ValueErrors
from earloop.hil.judging.departure import earliest_difference
from earloop.hil.judging.judgeable import InputCounts
from earloop.hil.judging.sqnr import BandQuality, worst_quality
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.run.own_samples import OwnSamples
from earloop.spec.design import Design

if TYPE_CHECKING:  # at run time it would import PyTorch even without an encoder
    from earloop.hil.judging.embeddings import EmbeddingCosines


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures on which a verdict is based.

    tolerances : the limits
    taps : comparison of each tap with the golden model
    qualities : comparison of each band with the float path
    input_counts : counts of flat and clipped input samples
    saturated_share : share of the golden model's token samples that were clipped
    lost_tokens : tokens lost on the line; they are not compared
    has_line : whether tokens can be lost
    complaints : faults that the device reports about itself
    own_samples : the samples of an acquisition; None if the host sent codes
    embeddings : the comparison by an encoder, if there is one
    decisions : the comparison by a decoder, if there is one
    broken_off : why the run ended early; None if it did not
    fault : the injected fault, if any; the verdict is then on whether it was noticed
    findings : probable causes of the differences, the most certain first
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
        """The band with the lowest SQNR; None if no band is judged by its SQNR."""
        return worst_quality(self.qualities)

    @property
    def mismatches(self) -> int:
        """Number of token samples that differ or are missing."""
        return sum(tap.mismatches + tap.missing for tap in self.taps if tap.tap == "tokens")

    @property
    def first_divergence(self) -> Divergence | None:
        """The earliest difference over all taps; of several at one tick, the first in the signal path."""
        return earliest_difference(self.taps)
