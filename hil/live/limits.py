"""Limits of the live bench's server: bytes and time of a request, and simultaneous pages."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import Client
from starlette.types import Message, Receive
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_PAGES = 12  # simultaneous browsers; each needs some 300 kB and some work ten times a second
MOST_CONNECTIONS = 100  # a browser opens six for the page's parts, then one
MOST_HEADER_BYTES = 16 << 10
MOST_BODY_BYTES = 64 << 10  # a click is some hundred bytes
HEADERS_S = 10.0  # time limit for the headers of a request


class BodyTooLongError(Exception):
    """The body of a request is too long."""


def short_enough(content_length: str) -> bool:
    """Return whether the announced length of a body is within the limit."""
    return content_length.isascii() and content_length.isdecimal() and int(content_length[:9]) <= MOST_BODY_BYTES


def bounded(receive: Receive) -> Receive:
    """Wrap `receive` so that it raises a TooLongError after `MOST_BODY_BYTES` of a body."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY_BYTES:
            raise BodyTooLongError
        return message

    return receiving


def has_room() -> bool:
    """Return whether one more browser may open the page, after removing pages without a browser if necessary."""
    if len(Client.instances) >= MOST_PAGES:
        Client.prune_instances(client_age_threshold=0.0)
    return len(Client.instances) < MOST_PAGES


def impatient(headers_s: float) -> type[H11Protocol]:
    """Return a connection protocol that closes if the headers of a request take longer than `headers_s`."""

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
            """Whether the connection waits for a request."""
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
