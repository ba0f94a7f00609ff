"""The one exception that means "the user, a file or a device is wrong, not the program".

The command line prints its message as one line, without a traceback, and exits with 2.
"""

from __future__ import annotations


class EarloopError(Exception):
    """A mistake that its message explains: the thing, the value found, the value wanted, what to do."""


class DesignError(EarloopError):
    """A design file that cannot be built."""


class LinkError(EarloopError):
    """A frame, or an exchange of frames, that breaks the wire protocol."""
