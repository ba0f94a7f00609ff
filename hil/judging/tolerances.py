"""What a run may miss and still pass, and by how much it missed more than that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from earloop.hil.judging.compare import TapComparison
from earloop.hil.judging.decisions import Flips, ValueErrors
from earloop.hil.judging.sqnr import BandQuality
from earloop.hil.run.own_samples import OwnSamples
from earloop.spec.design import Design
from earloop.spec.validation import FileTable

if TYPE_CHECKING:  # at run time it would bring PyTorch to where no encoder is asked for
    from earloop.hil.judging.embeddings import Decisions

SURE = 1.96  # standard errors, beyond which lies one in 20


class Tolerances(FileTable):
    """Limits of a verdict; without any of them, those of the design, and no value that differs.

    mismatches : values of each tap that may differ from the golden model
    lost_tokens : tokens that may be lost on the line; where any may, what is lost of other taps is counted alone. What
        is lost is compared with nothing
    saturated_share : of the golden model's token samples, those that may be clipped
    min_cosine : wanted of the embeddings of every window, where an encoder is there to embed them
    max_flipped : share of the windows on which a decoder, if any, may decide otherwise than by the float path
    max_value_error : by which a decoder's value may be off that of the float path, in the unit of the value
    max_clock_ppm : by which the clock of a device's own converter may be off, its uncertainty included
    converter_restarts : times that a device's own converter may be started anew
    railed_share : of a channel's samples, those that may lie at the converter's rails; beyond that nothing is judged
    flat_channels : channels that may be flat, each sample like the one before; of more nothing is judged
    min_sqnr_db : wanted of a band, by its name, whatever noise hides its error; of any other, what the design asks for,
        or what the golden model reaches
    """

    mismatches: int = Field(default=0, ge=0)
    lost_tokens: int = Field(default=0, ge=0)
    saturated_share: float = Field(default=1.0, ge=0, le=1)
    min_cosine: float | None = Field(default=None, ge=-1, le=1)
    max_flipped: float | None = Field(default=None, ge=0, le=1)
    max_value_error: float | None = Field(default=None, ge=0)
    max_clock_ppm: float | None = Field(default=None, gt=0)
    converter_restarts: int = Field(default=0, ge=0)
    railed_share: float = Field(default=0.1, ge=0, le=1)
    flat_channels: int = Field(default=0, ge=0)
    min_sqnr_db: Mapping[str, Annotated[float, Field(gt=0, le=200)]] = {}

    def wanted_db(self, design: Design) -> list[float | None]:
        """Of each band of a design, in order; None where nothing but the design says it."""
        return [self.min_sqnr_db.get(name) for name in design.band_names]

    def of_tap(self, tap: TapComparison) -> str | None:
        """What is wrong with a tap; None if it is within the limits."""
        over = tap.mismatches - self.mismatches
        may_be_lost = self.lost_tokens or tap.tap == "tokens"  # for which see `of_loss`
        if over <= 0 and not tap.missing and (may_be_lost or not tap.lost):
            return None
        allowed = self.mismatches and over > 0
        return f"{tap.trouble}; {self.mismatches:,} may, {over:,} too many" if allowed else tap.trouble

    def of_band(self, quality: BandQuality, design: Design) -> list[str]:
        """What is wrong with a band, a line each channel."""
        return [
            f"{quality.band}, channel {design.channels[channel]}: SQNR {quality.sqnr_db[channel]:.1f} dB, "
            f"at least {quality.wanted_db:g} dB wanted: {quality.wanted_db - quality.sqnr_db[channel]:.1f} dB short"
            for channel in quality.failed_channels
        ]

    def of_loss(self, lost: int) -> str | None:
        """What is wrong with so many tokens lost."""
        over = lost - self.lost_tokens
        return f"{lost:,} tokens lost on the line; {self.lost_tokens:,} may be, {over:,} too many" if over > 0 else None

    def of_cosine(self, decisions: Decisions) -> str | None:
        """What is wrong with what an encoder makes of the tokens."""
        lowest = float(decisions.cosine.min())
        if self.min_cosine is None or lowest >= self.min_cosine:
            return None
        short, worst_s = int((decisions.cosine < self.min_cosine).sum()), decisions.start_s[decisions.worst]
        return (
            f"embeddings of {short:,} of {len(decisions.cosine):,} windows are too far from the float path's; the "
            f"worst, from {worst_s:g} s, has a cosine of {lowest:.6f}, at least {self.min_cosine:g} wanted"
        )

    def on_decoded(self, decoded: Flips | ValueErrors) -> float | None:
        """The limit that there is on how far a decoder departs."""
        return self.max_flipped if isinstance(decoded, Flips) else self.max_value_error

    def of_decoded(self, decoded: Flips | ValueErrors) -> str | None:
        """What is wrong with what a decoder tells of the tokens."""
        limit = self.on_decoded(decoded)
        return None if limit is None or decoded.departure <= limit else f"{decoded}; {decoded.allowed(limit)} wanted"

    def of_restarts(self, own: OwnSamples) -> str | None:
        """What is wrong with how often a converter was started anew."""
        over = own.restarts - self.converter_restarts
        if over <= 0:
            return None
        return f"the converter was started anew {own.restarts} times ({own.fault}); {self.converter_restarts} may be"

    def of_clock(self, own: OwnSamples) -> str | None:
        """What is wrong with a converter's clock; of an emulated one nothing is said."""
        if self.max_clock_ppm is None or own.emulated:
            return None
        if own.clock is None:
            return f"clock: within {self.max_clock_ppm:g} ppm wanted, and nothing is known of it: {own.no_clock}"
        off_ppm, sure_ppm = abs(own.clock.drift_ppm), SURE * own.clock.drift_se_ppm
        if off_ppm + sure_ppm <= self.max_clock_ppm:
            return None
        found = f"clock: {own.clock.drift_ppm:+.1f} +- {sure_ppm:.1f} ppm, within {self.max_clock_ppm:g} ppm wanted"
        if off_ppm <= self.max_clock_ppm:
            return f"{found}, which is not sure: acquire for longer"
        return f"{found}: {off_ppm - self.max_clock_ppm:.1f} ppm too far"

    def of_saturation(self, share: float) -> str | None:
        """What is wrong with that share of token samples clipped."""
        over = share - self.saturated_share
        if over <= 0:
            return None
        return f"{share:.3%} of the token samples clipped; {self.saturated_share:.3%} may be, {over:.3%} too many"
