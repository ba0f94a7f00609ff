"""The dongle between a Cyton and the host, as far as it answers itself: 0xF0, a code, and for some codes a value.

Sources: docs.openbci.com, "Cyton Board SDK"; what the OpenBCI GUI asks is in its `RadioConfig.pde`. No radio is
simulated: the dongle says that it is up, on one channel, and refuses to change anything.
"""

from __future__ import annotations

KEY = 0xF0
COMMAND_S = 1.0  # within which a command must be whole; estimate
LENGTHS = {0x01: 3, 0x02: 3, 0x04: 3}  # of the commands with a value; the others are of two bytes
ANSWERS = {0x00: b"Success: Host and Device on Channel Number: \x07$$$", 0x07: b"Success: System is Up$$$"}
REFUSAL = b"Failure: the radio is not simulated$$$"


class CytonDongle:
    """Takes the bytes of its commands one by one."""

    def __init__(self) -> None:
        self._begun, self._since = b"", 0.0

    def listens(self, now: float) -> bool:
        """Whether a command has begun, of which the next byte is a part."""
        if self._begun and now - self._since >= COMMAND_S:
            self._begun = b""
        return bool(self._begun)

    def receive(self, byte: int, now: float) -> bytes:
        """The answer to the command that this byte ends; nothing before."""
        if not self._begun:
            self._since = now
        self._begun += bytes([byte])
        if len(self._begun) < 2 or len(self._begun) < LENGTHS.get(self._begun[1], 2):
            return b""
        code, self._begun = self._begun[1], b""
        return ANSWERS.get(code, REFUSAL)
