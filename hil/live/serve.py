"""Serves the live bench's page on a port of this machine."""

from __future__ import annotations

import logging
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import uvicorn
from fastapi import FastAPI
from nicegui import run, ui

from earloop.hil.live.asked import is_loopback
from earloop.hil.live.bench import LiveBench
from earloop.hil.live.gate import Gate
from earloop.hil.live.limits import HEADERS_S, MOST_BODY_BYTES, MOST_CONNECTIONS, MOST_HEADER_BYTES, has_room, impatient
from earloop.hil.live.page import LivePage
from earloop.spec.errors import EarloopError

_CLOSING_S = 2  # for browsers to close their websockets


def serve(
    bench: LiveBench, recording_name: str, *, host: str, port: int, announce: Callable[[str], None] = lambda url: None
) -> None:
    """Serve the page until SIGINT or SIGTERM, then stop the bench. Only once per process: NiceGUI has one application.

    Parameters
    ----------
    recording_name : the recording's name as shown
    host : address to listen on; addresses other than loopback require a token, which is new each time
    port : TCP port; 0 for any free port
    announce : called with the address to open, including its token, when the port is open

    Raises
    ------
    EarloopError
        The address is not one of this machine, or is in use.
    """
    token = None if is_loopback(host) else secrets.token_urlsafe(24)
    listening = _listen(host, port)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await run.io_bound(bench.stop)

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    ui.run_with(
        app,
        root=lambda: _build(bench, recording_name),
        title="earloop live",
        dark=None,
        tailwind=True,
        show_welcome_message=False,
        reconnect_timeout=5.0,
        binding_refresh_interval=None,  # nothing is bound, and its loop would log warnings on a busy machine
    )
    logging.getLogger("engineio.server").setLevel(logging.CRITICAL)  # for the reason at `log_level` below
    bound = listening.getsockname()[1]
    app.add_middleware(Gate, token=token, port=bound, has_room=has_room)
    announce(_address(host, bound, token))
    config = uvicorn.Config(
        app,
        http=impatient(HEADERS_S),
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        limit_concurrency=MOST_CONNECTIONS,
        ws_max_size=MOST_BODY_BYTES,
        proxy_headers=False,
        server_header=False,
        log_level="error",  # malformed requests of others do not concern the user of the bench
        timeout_graceful_shutdown=_CLOSING_S,
    )
    with listening, suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def _build(bench: LiveBench, recording_name: str) -> None:
    LivePage(bench, recording_name)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        raise EarloopError(
            f"{host}, port {port}: cannot listen ({error.strerror or error}); choose with --host, --http-port"
        ) from None


def _address(host: str, port: int, token: str | None) -> str:
    """Return the address to open; for all addresses of this machine, by its name."""
    name = socket.gethostname() if host in ("0.0.0.0", "::", "") else host
    name = f"[{name}]" if ":" in name else name
    return f"http://{name}:{port}/" + (f"?token={token}" if token is not None else "")
