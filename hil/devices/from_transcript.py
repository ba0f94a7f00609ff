"""The earbud of a transcript as a device, which the rig runs like a connected one."""

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
    """An earbud that repeats the messages of a transcript, to a host that must repeat its own.

    It runs or acquires once, and a second time with all taps if the transcript has such a second run.
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
            raise TranscriptError(f"{self._transcript.path}: ends before the earbud had identified itself")
        self.identity = header.identity
        return self

    def _check_header(self) -> None:
        """Refuse a transcript of another design, or of an earbud that this program does not support."""
        path, header = self._transcript.path, self._transcript.header
        if header.design_hash != self._fixed.design.design_hash:
            raise TranscriptError(
                f"{path}: recorded with design {header.design_hash[:12]}, this design is "
                f"{self._fixed.design.design_hash[:12]}: choose its design with --design, or record it again"
            )
        if header.protocol != PROTOCOL_VERSION:
            raise TranscriptError(
                f"{path}: uses protocol {header.protocol}, this program {PROTOCOL_VERSION}; record it again"
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
        """Repeat the earbud's run on codes, int32 [samples, channels].

        Raises
        ------
        TranscriptError
            The host sends other messages than in the transcript, or the transcript is incomplete.
        """
        taps = self._player.taps_ahead() or Tap.TOKENS
        run = PROCEDURES[self.identity.kind](self._link, self._fixed, codes, advance, taps)
        if self._player.taps_ahead() is None:
            self._player.finish()
        return run

    def run_with_all_taps(self, codes: NDArray[np.int32]) -> DeviceRun | None:
        """Repeat the earbud's second run on these codes; None if there was none.

        Raises
        ------
        TranscriptError
            As `run`.
        """
        if self._player.taps_ahead() is None:
            return None
        return run_once(self._link, self._fixed, codes, lambda samples: None, self.offered)

    def acquire(self) -> DeviceRun:
        """Repeat the earbud's acquisition, to the end of the transcript.

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
