"""A device's run on the Lab Streaming Layer, as a live earbud would feed it: codes, bands, tokens, and the codes in uV.

The device runs first; its run is then played. Time stamps are on the device's clock: start + sample / rate, whatever
the speed of playing. What is due is sent by deadlines counted from the start, so that lateness never adds up.
"""

from __future__ import annotations

import math
from types import TracebackType
from typing import Any, Self

import numpy as np

from earloop.hil.interop.lsl_library import LslError, load_lsl
from earloop.hil.interop.tap_streams import BANDS, CODES, EEG, EXG, TOKENS, UV, TapStream
from earloop.hil.link.port import Clock
from earloop.hil.run.device import Advance, Identity
from earloop.spec.design import Design

CHUNKS_PER_S = 20  # of signal: as many deadlines
LINGER_S = 1.0  # after the last chunk: an outlet that closes takes along what is still on its way
ASK_S = 0.05  # between two looks for a listener
SETTLE_S = 0.5
KINDS = {CODES: EXG, BANDS: "Bands", TOKENS: "Tokens", UV: EEG}
FORMATS = {CODES: "int32", BANDS: "float32", TOKENS: "int16", UV: "float32"}


class LslOutlets:
    """One outlet a stream; they are on the network while the `with` lasts.

    Raises
    ------
    LslError
        LSL is not there.
    """

    def __init__(self, streams: tuple[TapStream, ...], identity: Identity, design: Design) -> None:
        self._lsl = load_lsl()
        self._streams = streams
        self._infos = [_info(self._lsl, stream, identity, design) for stream in streams]
        self._outlets: list[Any] = []

    @property
    def names(self) -> tuple[str, ...]:
        """By which the streams are found."""
        return tuple(info.name() for info in self._infos)

    def __enter__(self) -> Self:
        self._outlets = [self._lsl.StreamOutlet(info) for info in self._infos]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._outlets.clear()

    def wait_for_listener(self, clock: Clock, timeout_s: float) -> bool:
        """Whether someone listens to one of the streams, at the latest after `timeout_s`.

        Who records several subscribes to one after the other: the first is given time to reach the last.
        """
        deadline = clock.now() + timeout_s
        while not any(outlet.have_consumers() for outlet in self._outlets):
            if clock.now() >= deadline:
                return False
            clock.wait(ASK_S)
        clock.wait(SETTLE_S)
        return True

    def play(self, clock: Clock, *, speed: float = 1.0, advance: Advance = lambda samples: None) -> float:
        """Send everything, and wait until listeners have had time to fetch it.

        Parameters
        ----------
        clock : that time stamps are on, such as `LslClock`
        speed : seconds of signal a second
        advance : told how many rows of the first stream are sent

        Returns
        -------
        float
            The time stamp of the first converter sample.

        Raises
        ------
        LslError
            A speed that is not positive.
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
    """The description, laid out as https://github.com/sccn/xdf/wiki/EEG-Meta-Data recommends."""
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
    if not isinstance(design.electrodes.reference, str):  # else each electrode has one of its own
        for label in design.electrodes.reference:
            reference.append_child_value("label", label)
    reference.append_child_value("subtracted", "Yes")  # by the amplifier, whose inputs are differential
    reference.append_child_value("common_average", "No")
    acquisition = desc.append_child("acquisition")
    facts = {
        "manufacturer": "earloop",
        "model": design.name,
        "precision": str(design.converter.bits),
        "compensated_lag": "0",  # what the filters delay is left in
    }
    for name, value in facts.items():
        acquisition.append_child_value(name, value)
    return info
