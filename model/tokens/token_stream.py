"""What a tokenizer made of one recording, as the model takes it: band samples on one clock, to be cut anywhere.

A device sends patches, [patches, channels, bands, patch]; laid end to end they are a stream of band samples, from which
a window may begin at any sample. Only so can a window begin at an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.spec.design import Design
from earloop.spec.patches import to_patches

Source = Literal["golden", "float"]


@dataclass(frozen=True)
class TokenFormat:
    """What two streams must share to be learned from together.

    design_hash, channels, bands, rate_hz, patch : of the design
    source : integers exactly as the earbud sends them, or the unquantised reference
    """

    design_hash: str
    channels: tuple[str, ...]
    bands: tuple[str, ...]
    rate_hz: float
    patch: int
    source: Source = "golden"

    @classmethod
    def of(cls, design: Design, source: Source = "golden") -> TokenFormat:
        """The format in which a design's tokens come."""
        return cls(
            design.design_hash, design.channels, design.band_names, design.token_rate_hz, design.tokens.patch, source
        )

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> TokenFormat:
        """The format of which these are the fields, as JSON has them.

        Raises
        ------
        KeyError, TypeError
            One of them is missing, there is one more, or one is no list.
        """
        if unknown := facts.keys() - {field.name for field in fields(cls)}:
            raise TypeError(f"a format of tokens has no {', '.join(sorted(unknown))}")
        return cls(
            design_hash=facts["design_hash"],
            channels=tuple(facts["channels"]),
            bands=tuple(facts["bands"]),
            rate_hz=facts["rate_hz"],
            patch=facts["patch"],
            source=facts["source"],
        )

    def difference(self, wanted: TokenFormat) -> str | None:
        """The first field in which it is not the one that is wanted, as `rate_hz is 250.0, not 200.0`."""
        for field in fields(self):
            found, other = getattr(self, field.name), getattr(wanted, field.name)
            if found != other:
                return f"{field.name} is {_brief(found)}, not {_brief(other)}"
        return None


@dataclass(frozen=True)
class TokenStream:
    """The band samples of one recording.

    samples : int16 (golden) or float32 (float), [ticks, channels, bands], in token steps
    notched_uv : float32 [ticks, channels], the signal before the bands, for models that want no bands
    subject, session, run : whose, which sitting, which recording of it; splits go by them

    Raises
    ------
    ModelError
        Arrays that do not fit the format or each other, or a value that is not finite.
    """

    format: TokenFormat
    samples: NDArray[Any]
    notched_uv: NDArray[np.float32]
    name: str
    subject: str = ""
    session: str = ""
    run: str = ""

    def __post_init__(self) -> None:
        wanted = (len(self.format.channels), len(self.format.bands))
        if self.samples.ndim != 3 or self.samples.shape[1:] != wanted:
            raise ModelError(
                f"{self.name}: tokens of shape {self.samples.shape}: wanted [ticks, {wanted[0]} channels, "
                f"{wanted[1]} bands]"
            )
        if self.notched_uv.shape != self.samples.shape[:2]:
            raise ModelError(f"{self.name}: {len(self.notched_uv)} samples before the bands, {len(self)} of the bands")

    def __len__(self) -> int:
        """Ticks: samples of each channel and band."""
        return len(self.samples)

    def window(self, start: int, patches: int) -> NDArray[Any]:
        """`patches` patches from tick `start`, [bands, channels, patches, patch], of the stream's own type."""
        patch = self.format.patch
        cut = self.samples[start : start + patches * patch]
        return to_patches(cut, patch).transpose(2, 1, 0, 3)


def _brief(value: Any) -> str:
    """Names as a list, a hash by its beginning."""
    return ", ".join(value) if isinstance(value, tuple) else str(value)[:12]
