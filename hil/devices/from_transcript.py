"""The earbud of a transcript, as a device: the rig runs it as if it were there."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from earloop.hil.devices.earbud import PROCEDURES
from earloop.hil.devices.own_converter import take_all_that_fits
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.run.device import Advance, DeviceRun, Identity
from earloop.hil.transcript.format import TranscriptError
from earloop.hil.transcript.player import Player
from earloop.hil.transcript.reader import Transcript
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import PROTOCOL_VERSION, MessageType


class TranscriptDevice:
    """An earbud that says what it said then, to a host that says what it said then.

    It runs or acquires once, as the earbud did.
    """

    identity: Identity

    def __init__(self, fixed: FixedDesign, transcript: Transcript) -> None:
        self._fixed, self._transcript = fixed, transcript

    def __enter__(self) -> Self:
        self._check_header()
        header = self._transcript.header
        self._player = Player(self._transcript)
        self._link = EarbudLink(
            self._player,
            self._fixed,
            reopen=self._player.reopen if self._player.reopens else None,
            clock=self._player,
            silence_s=header.silence_s,
            sessions=self._player.session,
        )
        self._link.hello()
        if header.identity is None:
            raise TranscriptError(f"{self._transcript.path}: broken off before the earbud had said who it is")
        self.identity = header.identity
        return self

    def _check_header(self) -> None:
        """Refuse a conversation of another design, or with an earbud that this program cannot talk to."""
        path, header = self._transcript.path, self._transcript.header
        if header.design_hash != self._fixed.design.design_hash:
            raise TranscriptError(
                f"{path}: made with design {header.design_hash[:12]}, this design is "
                f"{self._fixed.design.design_hash[:12]}: choose its design with --design, or make it anew"
            )
        if header.protocol != PROTOCOL_VERSION:
            raise TranscriptError(
                f"{path}: speaks protocol {header.protocol}, this program {PROTOCOL_VERSION}; make it anew"
            )
        if header.identity is not None and header.identity.kind not in PROCEDURES:
            raise TranscriptError(
                f"{path}: of a device of kind {header.identity.kind!r}; wanted one of {', '.join(PROCEDURES)}"
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._link.close()

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """What the earbud made of the codes then.

        Raises
        ------
        TranscriptError
            The host says something else than then, or the transcript was broken off.
        """
        run = PROCEDURES[self.identity.kind](self._link, self._fixed, codes, advance)
        self._player.finish()
        return run

    def acquire(self) -> DeviceRun:
        """What the earbud took of its own then, for as long as the host let it.

        Raises
        ------
        TranscriptError
            As `run`.
        """
        run = take_all_that_fits(
            self.identity.kind,
            self._link,
            self._fixed,
            sys.maxsize,
            lambda samples: None,
            lambda: self._player.about_to_say(MessageType.STOP),
        )
        self._player.finish()
        return run
