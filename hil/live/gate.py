"""Access control of the live bench: an ASGI gate in front of the page and its websocket.

On loopback, programs of this machine have access, but no page of another site in a browser, under any name of this
address. On other addresses, access needs the token, which the printed address contains; after the first request a
cookie holds it. No page may embed this one in a frame. Only the paths and methods that the page needs are served.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earloop.hil.live.asked import cookie_values, is_cross_site, is_loopback, named_host, without_port
from earloop.hil.live.limits import MOST_BODY_BYTES, BodyTooLongError, bounded, short_enough
from earloop.hil.live.paths import PAGE, SOCKET, allowed_methods

_WRONG_PLACE = "403: open the address that earloop printed"
_OTHER_SITE = "403: requested by a page of another site; paste the address that earloop printed"
# NiceGUI writes scripts and styles into the page, and compiles the page's template there: hence the three unsafe.
_CONTENT = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws://{host}; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Gate:
    """Refuses requests without access, with 403, and requests for unknown paths.

    Parameters
    ----------
    app : the protected application
    token : the required token; None if the server listens on loopback only
    port : TCP port of the server, so that the cookies of two benches do not collide
    has_room : called before each page; returns whether one more browser may open it
    """

    def __init__(
        self, app: ASGIApp, token: str | None, port: int = 0, has_room: Callable[[], bool] = lambda: True
    ) -> None:
        self._app, self._token, self._has_room = app, token, has_room
        self._cookie = f"earloop_live_{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse a request, by the interface of ASGI."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        host = named_host(Headers(scope=scope))
        if scope["type"] == "websocket":
            if self._refusal(scope, host) is None and scope["path"] == SOCKET:
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})  # before acceptance, so the server answers 403
            return
        await self._serve(scope, receive, _with_headers(scope, send, host or ""), host)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, host: str | None) -> None:
        answer = self._answer(scope, host)
        if answer is not None:
            await answer(scope, receive, send)
            return
        # NiceGUI trusts these headers of a proxy, but this server has none.
        scope = {**scope, "headers": [item for item in scope["headers"] if not item[0].startswith(b"x-forwarded-")]}
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, bounded(receive), sending)
        except BodyTooLongError:
            if started:
                raise
            await _refused(413, f"413: a request has {MOST_BODY_BYTES} bytes at most")(scope, receive, send)

    def _answer(self, scope: Scope, host: str | None) -> Response | None:
        """Return the gate's own answer; None if the request may pass."""
        if (refusal := self._refusal(scope, host)) is not None:
            return _refused(403, refusal)
        if (refused := _refuse_malformed(scope)) is not None or scope["path"] != PAGE:
            return refused
        if self._token is not None and _token_in_address(scope) is not None:
            cookie = f"{self._cookie}={self._token}; HttpOnly; SameSite=Strict; Path=/"
            return RedirectResponse(PAGE, 303, {"Set-Cookie": cookie, "Cache-Control": "no-store"})
        if not self._has_room():
            return _refused(503, "503: too many browsers show this bench; close one", {"Retry-After": "10"})
        return None

    def _refusal(self, scope: Scope, host: str | None) -> str | None:
        """Return why a request has no access; None if it has."""
        headers = Headers(scope=scope)
        if host is None:
            return _WRONG_PLACE
        if is_cross_site(headers):
            return _OTHER_SITE
        if self._token is None:
            return None if is_loopback(without_port(host)) else _WRONG_PLACE
        tokens = cookie_values(headers, self._cookie)
        if scope["type"] == "http" and scope["path"] == PAGE and (token := _token_in_address(scope)) is not None:
            tokens = [token]
        right = any(secrets.compare_digest(self._token.encode(), each.encode()) for each in tokens)
        return None if right else _WRONG_PLACE


def _refuse_malformed(scope: Scope) -> Response | None:
    """Return the answer to a request with access but with a wrong path, method or length; None if it is right."""
    methods = allowed_methods(scope)
    if not methods:
        return _refused(404, "404: there is one page, /")
    if scope["method"] not in methods:
        return _refused(405, f"405: {' or '.join(methods)}", {"Allow": ", ".join(methods)})
    if not short_enough(Headers(scope=scope).get("content-length", "0")):
        return _refused(413, f"413: a request has {MOST_BODY_BYTES} bytes at most")
    return None


def _token_in_address(scope: Scope) -> str | None:
    try:
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return ""
    return query["token"][0] if "token" in query else None


def _refused(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(words + "\n", status, {"Cache-Control": "no-store", **(headers or {})})


def _with_headers(scope: Scope, send: Send, host: str) -> Send:
    """Add the headers that make browsers protect the page to each answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            headers["Content-Security-Policy"] = _CONTENT.format(host=host)
            if scope["path"] == PAGE:
                headers["Cache-Control"] = "no-store"
        await send(message)

    return sending
