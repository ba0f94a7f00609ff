"""The design file: the description of an earbud, validated, frozen and hashed.

`load_design` reads `neurobuds.toml` into a `Design`; everything else in the project is derived from that object. Its
`design_hash` identifies it: implementations whose hashes differ refuse to work together.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from earloop.spec.errors import DesignError
from earloop.spec.shipped import REFERENCE_NAME, design_file
from earloop.spec.toml_file import read_toml
from earloop.spec.validation import FileTable, first_complaint
from earloop.spec.wiring import Wiring, wire

DEFAULT_DESIGN_PATH = Path(__file__).with_name(f"{REFERENCE_NAME}.toml")
"""The file of the reference design, which is used where a command or a function is given no design."""

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=16)]
Count = TypeVar("Count", int, NDArray[np.int64])


class Electrodes(FileTable):
    """The electrodes; channel order is left, then right. `earloop.spec.wiring` explains `reference`."""

    left: tuple[Name, ...]
    """The names of the left electrodes, in channel order."""
    right: tuple[Name, ...]
    """The names of the right electrodes, whose channels follow the left ones; both sides together are 1 to 8."""
    reference: Annotated[tuple[Name, ...], Field(min_length=1)] | Literal["cross-ear", "within-ear"]
    """The names of the electrodes whose mean is subtracted, or a wiring: `cross-ear` subtracts the mean of the other
    ear's electrodes, `within-ear` that of the other electrodes of the same ear.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the electrodes, in channel order."""
        return self.left + self.right

    @property
    def wiring(self) -> Wiring:
        """The channels as differences of electrodes."""
        return wire(self.left, self.right, self.reference)


class Converter(FileTable):
    """An ADS1299-class amplifier and converter."""

    bits: Literal[24]
    """The width of a code."""
    gain: Literal[1, 2, 4, 6, 8, 12, 24]
    """The gain of the amplifier before the converter."""
    vref_v: float = Field(gt=0, le=5.5)
    """The reference voltage; with the gain it sets the size of one code."""
    rate_hz: Literal[250, 500, 1000, 2000, 4000, 8000, 16000]
    """The samples a second of each channel."""

    @property
    def lsb_uv(self) -> float:
        """The input-referred size of one code in uV: 2 VREF / gain / 2^24 (SBAS499C, section 9.3.1.3)."""
        return 2e6 * self.vref_v / self.gain / (1 << self.bits)


class Decimator(FileTable):
    """A linear-phase FIR from the converter's rate to the tokenizer's."""

    factor: int = Field(ge=1, le=80)
    """The converter samples in one tick; the rate must stay a whole number of Hz."""
    taps: int = Field(ge=1, le=1023)
    """The length of the filter; an odd number."""
    tap_bits: int = Field(ge=8, le=18)
    """The width of a tap's mantissa."""
    pass_hz: float = Field(gt=0)
    """The end of the pass band."""
    stop_hz: float = Field(gt=0)
    """The start of the stop band: above `pass_hz`, up to half the converter's rate."""


class Notch(FileTable):
    """The mains notch; `mains_hz` = 0 means no notch."""

    mains_hz: Literal[0, 50, 60]
    """The frequency of the mains, which must be below half the rate of the ticks; 0 for no notch."""
    q: float = Field(gt=0.5, le=200)
    """The quality: the frequency of the mains over the width of the notch."""


class FixedPoint(FileTable):
    """The widths of the integer arithmetic, and the SQNR that they must reach."""

    coefficient_bits: int = Field(ge=8, le=18)
    """The width of a filter coefficient's mantissa."""
    state_bits: Literal[32]
    """The width of samples and filter states."""
    input_guard_bits: int = Field(ge=0, le=8)
    """The fractional bits of a code in the decimated and notched samples."""
    band_guard_bits: int = Field(ge=0, le=16)
    """The fractional bits of a code in the band filters."""
    error_bits: int = Field(ge=1, le=16)
    """The fractional bits of a step in the error feedback of the filters."""
    min_sqnr_db: float = Field(gt=0, le=120)
    """The SQNR that each band must reach with quantised coefficients, against the float path."""

    @property
    def input_steps(self) -> float:
        """The steps of a decimated or notched sample per converter code; a power of two."""
        return 2.0**self.input_guard_bits

    @property
    def band_steps(self) -> float:
        """The steps of a band sample per converter code; a power of two."""
        return 2.0**self.band_guard_bits

    @property
    def widening(self) -> float:
        """The steps of a band sample per step of a decimated or notched sample; a power of two."""
        return self.band_steps / self.input_steps


class TokenShape(FileTable):
    """The size of a token and of a model window."""

    bits: Literal[16]
    """The width of a token's samples."""
    patch: int = Field(ge=1, le=255)
    """The ticks in one token."""
    window_patches: int = Field(ge=1, le=1024)
    """The patches in one window of the model."""


class Link(FileTable):
    """The serial link between host and earbud."""

    baud: int = Field(ge=9600, le=4_000_000)
    """The bits a second on the serial line."""
    samples_per_frame: int = Field(ge=1, le=64)
    """The largest number of sample instants in one SAMPLES frame."""
    credit_frames: int = Field(ge=1, le=255)
    """The SAMPLES frames that the host may send without an answer."""


class FirmwareBudget(FileTable):
    """The limits on the firmware's use of its controller; RAM excludes the stack."""

    flash_bytes: int = Field(gt=0)
    """The limit on program and constants."""
    ram_bytes: int = Field(gt=0)
    """The limit on variables, without the stack."""
    tick_instructions: int = Field(gt=0)
    """The limit on instructions for one tick of the tokenizer, all channels and bands."""


class Band(FileTable):
    """One physiological band; `high_hz` equal to Nyquist makes it a high-pass."""

    name: Name
    """The name of the band, which no other band has; reports and tokens carry it."""
    low_hz: float = Field(gt=0)
    """The lower edge."""
    high_hz: float = Field(gt=0)
    """The upper edge, above `low_hz`; at half the rate of the ticks it makes the band a high-pass."""
    range_uv: float = Field(gt=0)
    """The largest amplitude that a token of this band holds without clipping; it sets the token step."""


class Design(FileTable):
    """The whole description of one earbud. It is frozen; compare designs by `design_hash`."""

    name: str
    """The name of the design, which reports show."""
    electrodes: Electrodes
    """Where the electrodes are, and how they are wired."""
    converter: Converter
    """The amplifier and converter."""
    decimator: Decimator
    """The filter from the converter's rate to that of the ticks."""
    notch: Notch
    """The notch at the mains."""
    fixed_point: FixedPoint
    """The widths of the arithmetic."""
    tokens: TokenShape
    """The size of a token."""
    link: Link
    """The line between host and earbud."""
    budget: FirmwareBudget
    """The limits on the firmware."""
    bands: tuple[Band, ...] = Field(min_length=1, max_length=16)
    """The bands, one `[[bands]]` table each, in the order of the tokens."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of the channels, which are those of the electrodes."""
        return self.electrodes.names

    @property
    def band_names(self) -> tuple[str, ...]:
        """The names of the bands, in the order of the design."""
        return tuple(band.name for band in self.bands)

    @property
    def token_rate_hz(self) -> float:
        """The rate of decimated, notched and band samples."""
        return self.converter.rate_hz / self.decimator.factor

    @property
    def nyquist_hz(self) -> float:
        """Half the rate of decimated, notched and band samples."""
        return self.token_rate_hz / 2

    @property
    def input_step_uv(self) -> float:
        """The size of one step of a decimated or notched sample in uV."""
        return self.converter.lsb_uv / self.fixed_point.input_steps

    @property
    def band_step_uv(self) -> float:
        """The size of one step of a band sample in uV."""
        return self.converter.lsb_uv / self.fixed_point.band_steps

    @property
    def patch_samples(self) -> int:
        """The number of converter samples in one patch."""
        return self.tokens.patch * self.decimator.factor

    @property
    def patch_s(self) -> float:
        """The duration of one patch in seconds."""
        return self.tokens.patch / self.token_rate_hz

    def ticks_in(self, samples: int) -> int:
        """Return the number of ticks that the first `samples` converter samples complete."""
        return samples // self.decimator.factor

    def newest_sample(self, tick: Count) -> Count:
        """Return the index of the newest converter sample that a tick depends on; `tick` is an integer or an array.

        >>> load_design().newest_sample(0)
        4
        """
        return (tick + 1) * self.decimator.factor - 1

    @cached_property
    def design_hash(self) -> str:
        """The SHA-256, in hex, of the canonical design: JSON with sorted keys, without white space or comments."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @model_validator(mode="after")
    def _check(self) -> Design:
        for complaint in (*self._electrode_complaints(), *self._rate_complaints(), *self._band_complaints()):
            raise ValueError(complaint)
        return self

    def _electrode_complaints(self) -> list[str]:
        names = self.channels
        if not 1 <= len(names) <= 8:
            return [f"electrodes: {len(names)} electrodes; the tokenizer takes 1 to 8"]
        if len(set(names)) != len(names):
            return [f"electrodes: a name stands twice in {', '.join(names)}; each must differ"]
        try:
            wiring = self.electrodes.wiring
        except ValueError as error:
            return [f"electrodes.{error}"]
        lost = [name for name, row in zip(names, wiring.matrix, strict=True) if not row.any()]
        return (
            [f"electrodes.reference: {lost[0]} is measured against itself; take it out of one of them"] if lost else []
        )

    def _rate_complaints(self) -> list[str]:
        rate, factor, dec = self.converter.rate_hz, self.decimator.factor, self.decimator
        if rate % factor:
            valid = ", ".join(str(n) for n in range(1, 81) if rate % n == 0)
            return [f"decimator.factor = {factor}: {rate} Hz / {factor} is not a whole rate; valid: {valid}"]
        if dec.taps % 2 == 0:
            return [
                f"decimator.taps = {dec.taps}: a linear-phase FIR of type I has an odd length; valid: {dec.taps + 1}"
            ]
        if factor > 1 and not dec.pass_hz < dec.stop_hz <= rate / 2:
            return [
                f"decimator.stop_hz = {dec.stop_hz:g}: must lie above pass_hz = {dec.pass_hz:g} and up to {rate / 2:g}"
            ]
        if self.notch.mains_hz >= self.nyquist_hz:
            return [f"notch.mains_hz = {self.notch.mains_hz}: at or above Nyquist, {self.nyquist_hz:g} Hz; valid: 0"]
        return []

    def _band_complaints(self) -> list[str]:
        names = self.band_names
        for i, band in enumerate(self.bands):
            key = f"bands[{i}] ({band.name})"
            if band.name in names[:i]:
                return [f"{key}.name: stands twice; each band needs its own"]
            if band.high_hz > self.nyquist_hz:
                return [f"{key}.high_hz = {band.high_hz:g}: above Nyquist; valid: up to {self.nyquist_hz:g}"]
            if band.low_hz >= band.high_hz:
                return [f"{key}.low_hz = {band.low_hz:g}: must be below high_hz = {band.high_hz:g}"]
        return []


def parse_design(data: dict[str, Any], source: str = "design") -> Design:
    """Validate a design that is given as nested dictionaries.

    Raises
    ------
    DesignError
        The design is not valid; the message names the first wrong key, its value and what would be valid.
    """
    try:
        return Design.model_validate(data)
    except ValidationError as error:
        raise DesignError(f"{source}: {first_complaint(error, Design)}") from None


def load_design(path: Path | str = DEFAULT_DESIGN_PATH) -> Design:
    """Read and validate a design.

    Parameters
    ----------
    path : a file, or the name of a shipped design, such as `muse`; see `earloop.spec.shipped`

    Raises
    ------
    DesignError
        There is no such file or name, the file is not TOML, or describes an earbud that cannot be built.
    """
    file = design_file(path)
    hint = "; give a design file, or the name of a shipped design: `earloop spec list` shows them"
    return parse_design(read_toml(file, DesignError, hint), str(file))
