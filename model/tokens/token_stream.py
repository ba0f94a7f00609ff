"""The tokens of one recording as a stream of band samples, from which windows are cut.

A device sends patches, [patches, channels, bands, patch]. Concatenated they are a stream of band samples, in which a
window may begin at any sample, and so at an event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.spec.design import Design
from earloop.spec.differences import differences
from earloop.spec.patches import to_patches

Source = Literal["golden", "float"]
MOST_KEYS = 3  # of a design, that a message names


@dataclass(frozen=True, kw_only=True)
class TokenFormat:
    """The properties that two streams must share before one model can learn from both.

    Parameters
    ----------
    design_hash, channels, bands, rate_hz, patch : values of the design; patch in samples
    source : `golden`, integers exactly as the earbud sends them, or `float`, the float path
    design : the design itself, as values of JSON, so that a message can name the keys that differ; None where it is not
        known. Two formats are equal by the other fields.
    """

    design_hash: str
    channels: tuple[str, ...]
    bands: tuple[str, ...]
    rate_hz: float
    patch: int
    source: Source = "golden"
    design: dict[str, Any] | None = field(default=None, compare=False, repr=False)

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
            design=design.model_dump(mode="json"),
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
            design=facts.get("design"),
        )

    def facts(self) -> dict[str, Any]:
        """Return the fields without the design, as values for JSON."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "design"}

    def difference(self, wanted: TokenFormat, *, source: bool = True) -> str | None:
        """Describe what differs from the wanted format, as `channels are T8, T7, not T7, T8`, or return None.

        Parameters
        ----------
        source : whether the sources must be the same, too
        """
        return (
            difference_of_names("channels", self.channels, wanted.channels)
            or difference_of_names("bands", self.bands, wanted.bands)
            or _difference("rate", f"{self.rate_hz:g} Hz", f"{wanted.rate_hz:g} Hz")
            or _difference("patch", f"{self.patch} samples", f"{wanted.patch} samples")
            or (_difference("source", self.source, wanted.source) if source else None)
            or self._difference_of_designs(wanted)
        )

    def differences_of_keys(self, wanted: TokenFormat) -> tuple[str, ...]:
        """Return the keys in which the designs differ, as `notch.mains_hz is 50, not 60`; empty if one is not known."""
        if self.design is None or wanted.design is None:
            return ()
        found = tuple(differences(self.design, wanted.design))
        return tuple(text for text in found if not text.startswith("name ")) or found

    def _difference_of_designs(self, wanted: TokenFormat) -> str | None:
        if self.design_hash == wanted.design_hash:
            return None
        keys = self.differences_of_keys(wanted)
        more = f", and {len(keys) - MOST_KEYS} more" if len(keys) > MOST_KEYS else ""
        said = "; ".join(keys[:MOST_KEYS]) + more if keys else f"{self.design_hash[:12]}, not {wanted.design_hash[:12]}"
        return f"design is another: {said}"


def difference_of_names(what: str, found: tuple[str, ...], wanted: tuple[str, ...]) -> str | None:
    """Describe how two ordered lists of names differ, as `channels are T8, T7, not T7, T8`, or return None.

    >>> difference_of_names("bands", ("low", "high"), ("low",))
    'bands are low, high, not low (high is too many)'
    """
    if found == wanted:
        return None
    said = f"{what} are {', '.join(found)}, not {', '.join(wanted)}"
    if sorted(found) == sorted(wanted):
        return f"{said} (the same in another order)"
    spare, missing = ([name for name in a if name not in b] for a, b in ((found, wanted), (wanted, found)))
    why = [
        f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} {how}"
        for names, how in ((spare, "too many"), (missing, "missing"))
        if names
    ]
    return f"{said} ({'; '.join(why)})"


def _difference(what: str, found: str, wanted: str) -> str | None:
    return None if found == wanted else f"{what} is {found}, not {wanted}"


@dataclass(frozen=True, kw_only=True, repr=False)
class TokenStream:
    """The band samples of one recording.

    Parameters
    ----------
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

    def __repr__(self) -> str:
        """Return one line for a prompt or a notebook: what the stream is, without its samples."""
        shape = f"{len(self)} ticks at {self.format.rate_hz:g} Hz, {len(self.format.channels)} channels"
        return f"<TokenStream {self.name}: {shape}, {len(self.format.bands)} bands, {self.format.source}>"

    def __len__(self) -> int:
        """Return the number of ticks: samples of each channel and band."""
        return len(self.samples)

    def window(self, start: int, patches: int) -> NDArray[Any]:
        """Return `patches` patches from tick `start`, [bands, channels, patches, patch], of the stream's dtype."""
        patch = self.format.patch
        cut = self.samples[start : start + patches * patch]
        return to_patches(cut, patch).transpose(2, 1, 0, 3)
