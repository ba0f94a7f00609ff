"""Who may look at the live bench, and touch it: an ASGI gate in front of the page and of its websocket.

On loopback, programs of this machine, asked by a page of this server: one of another site that a browser shows is not,
whatever name it gave this address. On any other address whoever bears the token, which the printed address carries
once; a cookie bears it from then on.
"""

from __future__ import annotations

import ipaddress
import secrets
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "earloop_live"


def is_loopback(host: str) -> bool:
    """Whether a host's name or address can only be this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Gate:
    """Refuses with 403 whoever may not enter.

    Parameters
    ----------
    app : what is behind the gate
    token : what one must bear; None where the server listens on loopback alone
    """

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif not self._may_enter(scope):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})  # before it is accepted: the server answers 403
            else:
                await PlainTextResponse("403: open the address that earloop printed\n", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, self._with_cookie(scope, send))

    def _may_enter(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return False
        if self._token is None:
            return is_loopback(urlsplit(f"//{host}").hostname or "")
        return any(secrets.compare_digest(self._token.encode(), borne.encode()) for borne in _borne(scope, headers))

    def _with_cookie(self, scope: Scope, send: Send) -> Send:
        if self._token is None or scope["type"] != "http":
            return send

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{COOKIE}={self._token}; HttpOnly; SameSite=Strict; Path=/"
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        return sending


def _borne(scope: Scope, headers: Headers) -> list[str]:
    """The tokens that a request bears, in its address or in a cookie."""
    query: dict[str, Any] = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        cookie = None
    return [*query.get("token", []), *([cookie.value] if cookie is not None else [])]
