"""A sound card as a generator: two outputs or more, no DC, and an unknown volume.

Its full scale is assumed to be 1 V. The bursts then measure the real level, so channels are compared with each other.
Coupling capacitors block frequencies below a few Hz.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.analog.generator import GeneratorError, GeneratorFacts, Opened, check_waveform

RATE_HZ = 48_000.0  # supported by every card
LOW_HZ = 8.0  # above it, a card that is 3 dB down at 2 Hz has a flat response within 0.3 dB
LONGEST_S = 3600.0
FULL_SCALE_V = 1.0


def list_outputs() -> list[str]:
    """Return the names of the sound devices with outputs."""
    return [f"{device['name']} ({device['max_output_channels']} outputs)" for device in _outputs(_sounddevice())]


class SoundCard(Opened):
    """One sound device as a generator.

    Parameters
    ----------
    name : a part of its name

    Raises
    ------
    GeneratorError
        PortAudio is not installed, or the name does not select exactly one output device.
    """

    def __init__(self, name: str) -> None:
        self._library = _sounddevice()
        found = [device for device in _outputs(self._library) if name.lower() in str(device["name"]).lower()]
        if len(found) != 1:
            available = ", ".join(str(device["name"]) for device in _outputs(self._library)) or "none"
            raise GeneratorError(f"sound:{name}: matches {len(found)} output devices, 1 wanted; available: {available}")
        self._device = found[0]
        self.facts = GeneratorFacts(
            name=str(self._device["name"]),
            outputs=int(self._device["max_output_channels"]),
            max_v=FULL_SCALE_V,
            max_points=round(LONGEST_S * RATE_HZ),
            max_rate_hz=RATE_HZ,
            bits=16,
            gain_known=False,
            low_hz=LOW_HZ,
        )
        self._wave = np.zeros((0, self.facts.outputs), np.float32)

    def load(self, volts: NDArray[np.float64], rate_hz: float) -> None:
        """Load a waveform, V, [points, outputs]; each point is held until the next."""
        check_waveform(self.facts, volts, rate_hz)
        held = np.repeat(volts / FULL_SCALE_V, round(RATE_HZ / rate_hz), axis=0)
        self._wave = held.astype(np.float32)

    def trigger(self) -> None:
        """Play the waveform once; return at once."""
        self._library.play(self._wave, samplerate=RATE_HZ, device=self._device["index"])

    def stop(self) -> None:
        """Silence the device."""
        self._library.stop()

    def close(self) -> None:
        """Do nothing: no connection is kept open."""


def _sounddevice() -> Any:
    try:
        import sounddevice  # type: ignore[import-untyped]
    except OSError as error:
        raise GeneratorError(f"sound: {error}; install PortAudio (on Debian: apt install libportaudio2)") from None
    return sounddevice


def _outputs(library: Any) -> list[Any]:
    return [device for device in library.query_devices() if device["max_output_channels"] > 0]
