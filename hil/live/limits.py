"""How much of the live bench's server one may take: the bytes and the time of a request, and pages at once."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import Client
from starlette.types import Message, Receive
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_PAGES = 12  # browsers that look at once; each costs some 300 kB and some work ten times a second
MOST_CONNECTIONS = 100  # a browser opens six for the page's parts, then one
MOST_HEADER_BYTES = 16 << 10
MOST_BODY_BYTES = 64 << 10  # a click is some hundred bytes
HEADERS_S = 10.0  # for a request to say what it wants


class TooLongError(Exception):
    """The body of a request goes on and on."""


def short_enough(content_length: str) -> bool:
    """Whether a request announces a body that it may have."""
    return content_length.isascii() and content_length.isdecimal() and int(content_length[:9]) <= MOST_BODY_BYTES


def bounded(receive: Receive) -> Receive:
    """A body that raises a TooLongError after `MOST_BODY_BYTES`."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY_BYTES:
            raise TooLongError
        return message

    return receiving


def has_room() -> bool:
    """Whether one more browser may be shown the page; if not, pages go to which no browser is connected."""
    if len(Client.instances) >= MOST_PAGES:
        Client.prune_instances(client_age_threshold=0.0)
    return len(Client.instances) < MOST_PAGES


def impatient(headers_s: float) -> type[H11Protocol]:
    """The protocol of a connection that is closed where a request takes longer than that to say what it wants."""

    class Impatient(H11Protocol):
        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._deadline = self.loop.call_later(headers_s, self._give_up)

        def data_received(self, data: bytes) -> None:
            if self._deadline is None and self._waits:
                self._deadline = self.loop.call_later(headers_s, self._give_up)
            super().data_received(data)
            if not self._waits:
                self._forget()

        def connection_lost(self, exc: Exception | None) -> None:
            self._forget()
            super().connection_lost(exc)

        @property
        def _waits(self) -> bool:
            """Whether no request is being answered."""
            answering = self.cycle is not None and not self.cycle.response_complete
            return not answering and self.transport.get_protocol() is self

        def _forget(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _give_up(self) -> None:
            self._deadline = None
            if self._waits and not self.transport.is_closing():
                self.transport.close()

    return Impatient
