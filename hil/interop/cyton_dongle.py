"""The dongle between a Cyton and the host, and its own commands: 0xF0, a code, and for some codes a value.

Sources: docs.openbci.com, "Cyton Board SDK"; the OpenBCI GUI's requests are in its `RadioConfig.pde`. No radio is
simulated: the dongle reports that it is up, on one channel, and refuses all changes.
"""

from __future__ import annotations

KEY = 0xF0
COMMAND_S = 1.0  # within which a command must be complete; estimate
LENGTHS = {0x01: 3, 0x02: 3, 0x04: 3}  # of the commands with a value; the others have two bytes
ANSWERS = {0x00: b"Success: Host and Device on Channel Number: \x07$$$", 0x07: b"Success: System is Up$$$"}
REFUSAL = b"Failure: the radio is not simulated$$$"


class CytonDongle:
    """Processes its commands byte by byte."""

    def __init__(self) -> None:
        self._partial, self._since = b"", 0.0

    def listens(self, now: float) -> bool:
        """Return whether the next byte continues a command."""
        if self._partial and now - self._since >= COMMAND_S:
            self._partial = b""
        return bool(self._partial)

    def receive(self, byte: int, now: float) -> bytes:
        """Return the answer to the command that this byte completes; nothing before."""
        if not self._partial:
            self._since = now
        self._partial += bytes([byte])
        if len(self._partial) < 2 or len(self._partial) < LENGTHS.get(self._partial[1], 2):
            return b""
        code, self._partial = self._partial[1], b""
        return ANSWERS.get(code, REFUSAL)
