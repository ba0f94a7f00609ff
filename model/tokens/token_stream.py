"""The tokens of one recording as a stream of band samples, from which windows are cut.

A device sends patches, [patches, channels, bands, patch]. Concatenated they are a stream of band samples, in which a
window may begin at any sample, and so at an event.
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


@dataclass(frozen=True, kw_only=True)
class TokenFormat:
    """The properties that two streams must share before one model can learn from both.

    design_hash, channels, bands, rate_hz, patch : values of the design; patch in samples
    source : `golden`, integers exactly as the earbud sends them, or `float`, the float path
    """

    design_hash: str
    channels: tuple[str, ...]
    bands: tuple[str, ...]
    rate_hz: float
    patch: int
    source: Source = "golden"

    @classmethod
    def of(cls, design: Design, source: Source = "golden") -> TokenFormat:
        """Return the format of a design's tokens."""
        return cls(
            design_hash=design.design_hash,
            channels=design.channels,
            bands=design.band_names,
            rate_hz=design.token_rate_hz,
            patch=design.tokens.patch,
            source=source,
        )

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> TokenFormat:
        """Return the format with these fields, as read from JSON.

        Raises
        ------
        KeyError, TypeError
            A field is missing or unknown, or the channels or bands are not a list.
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
        """Describe the first field that differs from the wanted format, as `rate_hz is 250.0, not 200.0`, or None."""
        for field in fields(self):
            found, other = getattr(self, field.name), getattr(wanted, field.name)
            if found != other:
                return f"{field.name} is {_brief(found)}, not {_brief(other)}"
        return None


@dataclass(frozen=True, kw_only=True)
class TokenStream:
    """The band samples of one recording.

    samples : int16 (golden) or float32 (float), [ticks, channels, bands], in token steps
    notched_uv : float32 [ticks, channels], the signal before the bands, for models without bands
    subject, session, run : names of the person, the session and the recording within it; splits use them
    fold : the fold in whose test the recording is, where the user decides that

    Raises
    ------
    ModelError
        The arrays do not fit the format or each other.
    """

    format: TokenFormat
    samples: NDArray[Any]
    notched_uv: NDArray[np.float32]
    name: str
    subject: str = ""
    session: str = ""
    run: str = ""
    fold: str = ""

    def __post_init__(self) -> None:
        wanted = (len(self.format.channels), len(self.format.bands))
        if self.samples.ndim != 3 or self.samples.shape[1:] != wanted:
            raise ModelError(
                f"{self.name}: tokens of shape {self.samples.shape}: wanted [ticks, {wanted[0]} channels, "
                f"{wanted[1]} bands]"
            )
        if self.notched_uv.shape != self.samples.shape[:2]:
            raise ModelError(
                f"{self.name}: the notched signal has shape {self.notched_uv.shape}: wanted {self.samples.shape[:2]}, "
                "as the tokens have"
            )

    def __len__(self) -> int:
        """Return the number of ticks: samples of each channel and band."""
        return len(self.samples)

    def window(self, start: int, patches: int) -> NDArray[Any]:
        """Return `patches` patches from tick `start`, [bands, channels, patches, patch], of the stream's dtype."""
        patch = self.format.patch
        cut = self.samples[start : start + patches * patch]
        return to_patches(cut, patch).transpose(2, 1, 0, 3)


def _brief(value: Any) -> str:
    """Join names with commas, and shorten a hash."""
    return ", ".join(value) if isinstance(value, tuple) else str(value)[:12]
