"""A device's run on the Lab Streaming Layer, as from a live earbud: codes, bands, tokens, and the codes in uV.

The device runs first; its run is then played. Time stamps are those of the device's clock: start + sample / rate, for
any speed of playing. Rows are sent by deadlines counted from the start, so delays do not accumulate.
"""

from __future__ import annotations

import math
from types import TracebackType
from typing import Any, Self

import numpy as np

from earloop.hil.interop.lsl_library import LslError, load_lsl
from earloop.hil.interop.tap_streams import BANDS, CODES, EEG, EXG, TOKENS, UV, TapStream
from earloop.hil.link.port import PortClock
from earloop.hil.run.device import Advance, Identity
from earloop.spec.design import Design

CHUNKS_PER_S = 20  # deadlines per second of signal
LINGER_S = 1.0  # after the last chunk, because an outlet discards data in transit when it closes
ASK_S = 0.05  # between two checks for a listener
SETTLE_S = 0.5
KINDS = {CODES: EXG, BANDS: "Bands", TOKENS: "Tokens", UV: EEG}
FORMATS = {CODES: "int32", BANDS: "float32", TOKENS: "int16", UV: "float32"}


class LslOutlets:
    """One outlet per stream; they are on the network inside `with`.

    Raises
    ------
    MissingExtraError
        LSL is not installed.
    """

    def __init__(self, streams: tuple[TapStream, ...], identity: Identity, design: Design) -> None:
        self._lsl = load_lsl()
        self._streams = streams
        self._infos = [_info(self._lsl, stream, identity, design) for stream in streams]
        self._outlets: list[Any] = []

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the streams on the network."""
        return tuple(info.name() for info in self._infos)

    def __enter__(self) -> Self:
        self._outlets = [self._lsl.StreamOutlet(info) for info in self._infos]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._outlets.clear()

    def wait_for_listener(self, clock: PortClock, timeout_s: float) -> bool:
        """Wait up to `timeout_s` for a listener to one of the streams; return whether there is one.

        A recorder subscribes to several streams one after the other, so this waits a moment for the last.
        """
        deadline = clock.now() + timeout_s
        while not any(outlet.have_consumers() for outlet in self._outlets):
            if clock.now() >= deadline:
                return False
            clock.wait(ASK_S)
        clock.wait(SETTLE_S)
        return True

    def play(self, clock: PortClock, *, speed: float = 1.0, advance: Advance = lambda samples: None) -> float:
        """Send all rows, and wait until listeners have had time to fetch them.

        Parameters
        ----------
        clock : clock of the time stamps, such as `LslClock`
        speed : seconds of signal per second
        advance : called with the number of sent rows of the first stream

        Returns
        -------
        float
            The time stamp of the first converter sample.

        Raises
        ------
        LslError
            The speed is not positive.
        """
        if not (math.isfinite(speed) and speed > 0):
            raise LslError(f"LSL: speed {speed:g}; must be positive")
        start = clock.now()
        sent = [0] * len(self._streams)
        chunks = math.floor(max(float(stream.due_s[-1]) for stream in self._streams) * CHUNKS_PER_S) + 1
        for chunk in range(1, chunks + 1):
            until_s = chunk / CHUNKS_PER_S
            clock.wait(max(0.0, start + until_s / speed - clock.now()))
            for i, stream in enumerate(self._streams):
                until = int(np.searchsorted(stream.due_s, until_s))
                if until > sent[i]:
                    rows = slice(sent[i], until)
                    self._outlets[i].push_chunk(stream.values[rows], (start + stream.times_s[rows]).tolist())
                    sent[i] = until
            advance(sent[0])
        clock.wait(LINGER_S)
        return start


def _info(lsl: Any, stream: TapStream, identity: Identity, design: Design) -> Any:
    """Return the description, in the layout of https://github.com/sccn/xdf/wiki/EEG-Meta-Data."""
    info = lsl.StreamInfo(
        f"{design.name} {stream.tap}",
        KINDS[stream.tap],
        len(stream.labels),
        stream.rate_hz,
        FORMATS[stream.tap],
        "/".join(filter(None, ("earloop", identity.kind, identity.name, identity.build, stream.tap))),
    )
    facts = {
        "manufacturer": "earloop",
        "design": design.name,
        "design_hash": identity.design_hash,
        "device": identity.kind,
        "device_name": identity.name,
        "build": identity.build,
        "tap": stream.tap,
        "patch": str(design.tokens.patch),
    }
    desc = info.desc()
    for name, value in facts.items():
        desc.append_child_value(name, value)
    channels = desc.append_child("channels")
    for label, kind, step_uv in zip(stream.labels, stream.types, stream.step_uv, strict=True):
        channel = channels.append_child("channel")
        for name, value in {"label": label, "unit": stream.unit, "type": kind, "uv_per_unit": repr(step_uv)}.items():
            channel.append_child_value(name, value)
    reference = desc.append_child("reference")
    if not isinstance(design.electrodes.reference, str):  # otherwise each electrode has its own reference
        for label in design.electrodes.reference:
            reference.append_child_value("label", label)
    reference.append_child_value("subtracted", "Yes")  # by the amplifier, whose inputs are differential
    reference.append_child_value("common_average", "No")
    acquisition = desc.append_child("acquisition")
    facts = {
        "manufacturer": "earloop",
        "model": design.name,
        "precision": str(design.converter.bits),
        "compensated_lag": "0",  # the delay of the filters is not removed
    }
    for name, value in facts.items():
        acquisition.append_child_value(name, value)
    return info
