"""The earbud of a transcript, as a device: the rig runs it as if it were there."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from earloop.hil.devices.earbud import PROCEDURES, run_once
from earloop.hil.devices.own_converter import take_all_that_fits
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.run.device import Advance, DeviceRun, Identity
from earloop.hil.transcript.format import TranscriptError
from earloop.hil.transcript.player import Player
from earloop.hil.transcript.reader import Transcript
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import PROTOCOL_VERSION, MessageType, Tap


class TranscriptDevice:
    """An earbud that says what it said then, to a host that says what it said then.

    It runs or acquires once, as the earbud did, and with all taps a second time where the earbud was run again.
    """

    identity: Identity
    offered: Tap

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
        self.offered = Tap(self._link.hello().taps)
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
        if kind is None:
            self._player.finish()

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """What the earbud made of the codes then.

        Raises
        ------
        TranscriptError
            The host says something else than then, or the transcript was broken off.
        """
        taps = self._player.taps_ahead() or Tap.TOKENS
        run = PROCEDURES[self.identity.kind](self._link, self._fixed, codes, advance, taps)
        if self._player.taps_ahead() is None:
            self._player.finish()
        return run

    def run_with_all_taps(self, codes: NDArray[np.int32]) -> DeviceRun | None:
        """What the earbud made of these codes when it was run again; None where it was run once.

        Raises
        ------
        TranscriptError
            As `run`.
        """
        if self._player.taps_ahead() is None:
            return None
        return run_once(self._link, self._fixed, codes, lambda samples: None, self.offered)

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
            lambda: self._player.next_sends(MessageType.STOP),
        )
        self._player.finish()
        return run
