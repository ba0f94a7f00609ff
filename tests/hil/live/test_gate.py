"""Who may enter: the gate before an application that answers everyone."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote

import nicegui
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from earloop.hil.live.asked import is_loopback
from earloop.hil.live.gate import Gate

TOKEN = "s3cret"
COOKIE = "earloop_live_8080"
SOCKET = "/_nicegui_ws/socket.io/"
ASSET = f"/_nicegui/{nicegui.__version__}/static/nicegui.css"
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"]


async def answer(request):
    return PlainTextResponse("in")


async def answer_socket(websocket):
    await websocket.accept()
    await websocket.send_text("in")
    await websocket.close()


def client(token, host="127.0.0.1", **options):
    app = Starlette(
        routes=[Route("/{path:path}", answer, methods=METHODS), WebSocketRoute("/{path:path}", answer_socket)]
    )
    return TestClient(Gate(app, token, 8080, **options), base_url=f"http://{host}:8080")


def socket_says(found, path=SOCKET, **headers):
    with found.websocket_connect(f"ws://{found.base_url.netloc.decode()}{path}", headers=headers) as socket:
        return socket.receive_text()


@pytest.mark.parametrize("query", ["", "?token=", "?token=guess", "?token=s3cre", "?other=s3cret"])
def test_without_the_token_nobody_enters(query):
    found = client(TOKEN)
    assert found.get(f"/{query}").status_code == 403
    with pytest.raises(WebSocketDisconnect):
        socket_says(found)


def test_the_token_in_the_address_lets_in_and_leaves_a_cookie_that_does():
    found = client(TOKEN, "earbud-bench.example")
    first = found.get(f"/?token={TOKEN}", follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (303, "/"), "the token does not stay in the address"
    assert first.headers["cache-control"] == "no-store"
    cookie = first.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}={TOKEN};")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    second = found.get("/")
    assert (second.status_code, second.text) == (200, "in")
    assert "set-cookie" not in second.headers
    assert socket_says(found) == "in"


def test_a_wrong_cookie_is_refused():
    found = client(TOKEN)
    found.cookies.set(COOKIE, "guess")
    assert found.get("/").status_code == 403


def test_the_token_in_the_address_opens_the_page_alone():
    """A wrong one in the address is wrong, whatever the cookie says; elsewhere the address says nothing."""
    found = client(TOKEN)
    assert found.get(f"{ASSET}?token={TOKEN}").status_code == 403
    with pytest.raises(WebSocketDisconnect):
        socket_says(found, f"{SOCKET}?token={TOKEN}")
    found.cookies.set(COOKIE, TOKEN)
    assert found.get(ASSET).status_code == 200
    assert found.get("/?token=guess").status_code == 403


# What other programs of a host may leave: RFC 6265 leaves it to them, and browsers pass on what it forbids.
odd = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, blacklist_characters=";\x7f"), max_size=30)


@given(before=st.lists(odd, max_size=4), after=st.lists(odd, max_size=4))
def test_no_cookie_of_another_program_locks_the_owner_out_or_lets_anyone_in(before, after):
    def status(*cookies):
        header = "; ".join([*before, *cookies, *after]).encode("latin-1")
        return client(TOKEN).get("/", headers={b"cookie": header}).status_code

    assert status(f"{COOKIE}={TOKEN}") == 200
    assert status() == 403
    assert status(f"{COOKIE}=old", f"{COOKIE}={TOKEN}") == 200, "one of the same name for another path"


def test_two_benches_of_one_host_keep_their_cookies_apart():
    """Cookies know no ports: what one server sets, the other is sent."""
    app = Starlette(routes=[Route("/", answer)])
    one, other = (TestClient(Gate(app, token, port), base_url="http://bench") for token, port in (("a", 1), ("b", 2)))
    one.get("/?token=a")
    other.cookies = one.cookies
    other.get("/?token=b")
    assert dict(other.cookies) == {"earloop_live_1": "a", "earloop_live_2": "b"}
    one.cookies = other.cookies
    assert (one.get("/").status_code, other.get("/").status_code) == (200, 200)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_on_loopback_no_token_is_wanted_and_no_cookie_left(host):
    found = client(None, host)
    assert found.get("/").status_code == 200
    assert "set-cookie" not in found.get("/").headers
    assert socket_says(found) == "in"


def test_on_loopback_another_name_for_this_machine_is_refused():
    """A site that lets its own name point to 127.0.0.1 would else be let in by the browser that shows it."""
    assert client(None, "rebound.example").get("/").status_code == 403
    with pytest.raises(WebSocketDisconnect):
        socket_says(client(None, "rebound.example"))


@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_page_of_another_site_may_not_talk_to_this_one(token):
    found = client(token)
    found.cookies.set(COOKIE, TOKEN)
    with pytest.raises(WebSocketDisconnect):
        socket_says(found, origin="http://elsewhere.example")
    assert socket_says(found, origin="http://127.0.0.1:8080") == "in"


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (("127.0.0.1", "127.1.2.3", "::1", "localhost"), True),
        (("0.0.0.0", "::", "192.168.1.7", "bench", ""), False),
    ],
)
def test_what_is_loopback(hosts, expected):
    assert {is_loopback(host) for host in hosts} == {expected}


MALFORMED_HOSTS = ["[", "]", "[]", "[::1", "::1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:999999", "a@127.0.0.1", ""]
MALFORMED_HOSTS += ["127.0.0.1/", "127.0.0.1?", "localhost,evil", "localhost\\evil", "%6cocalhost", "[127.0.0.1]]"]
MALFORMED_HOSTS += ["..", "-", " ", "a b", "\x7f"]


@pytest.mark.parametrize("token", [None, TOKEN])
@pytest.mark.parametrize("host", MALFORMED_HOSTS)
def test_a_malformed_host_is_refused(token, host):
    found = client(token)
    found.cookies.set(COOKIE, TOKEN)
    assert found.get("/", headers={"host": host}).status_code == 403


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=30))
def test_no_host_is_too_odd_for_an_answer(host):
    assert client(None).get("/", headers={b"host": host.encode("latin-1")}).status_code in (200, 403)


@pytest.mark.parametrize(
    "origin", ["null", "", "http://", "http://127.0.0.1", "http://127.0.0.1:80801", "x", "http://["]
)
@pytest.mark.parametrize("path", ["/", ASSET, SOCKET])
def test_an_origin_that_is_not_this_server_is_refused(origin, path):
    assert client(None).get(path, headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize(
    ("site", "mode", "dest", "status"),
    [
        ("none", "navigate", "document", 200),
        ("same-origin", "cors", "empty", 200),
        ("same-site", "navigate", "document", 200),
        ("same-site", "navigate", "iframe", 403),
        ("same-site", "cors", "empty", 403),
        ("same-site", "no-cors", "script", 403),
        ("cross-site", "navigate", "document", 403),
        ("cross-site", "no-cors", "image", 403),
        ("cross-site", "websocket", "empty", 403),
        ("anything", "navigate", "document", 403),
    ],
)
def test_what_a_browser_says_of_who_asks_is_heeded_without_an_origin(site, mode, dest, status):
    headers = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
    assert client(None).get("/", headers=headers).status_code == status


PATHS = ["/x", "/index.html", "//", "/./", "/../", "/..", "/%2e%2e/", "/%2f", "/\\", "/_nicegui", "/_nicegui/"]
PATHS += [f"/_nicegui/{rest}" for rest in ("9.9.9/static/a", "%2e%2e/x", "..%2fx", "../../etc/passwd")]
ROOT = f"/_nicegui/{nicegui.__version__}"
PATHS += [
    f"{ROOT}/{rest}" for rest in ("", "static", "static/", "other/a", "static/../a", "static//a", "static/%2e%2e/a")
]
PATHS += [f"{ROOT}/static/{rest}" for rest in ("..%2fa", "a%00", "a\\b", "a/./b", "%252e%252e/a", "a%0d%0ab")]
PATHS += [
    "/_nicegui_ws/",
    "/_nicegui_ws/socket.io",
    "/_nicegui_ws/socket.io/x",
    "/_nicegui_ws/../_nicegui_ws/socket.io/",
]


def asked(path, token=None):
    """The status of an answer to a path as it stands, which a client would tidy up."""
    statuses = []

    async def ask():
        scope = {"type": "http", "method": "GET", "path": unquote(path), "raw_path": path.encode(), "query_string": b""}
        scope["headers"] = [(b"host", b"127.0.0.1:8080")]

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            statuses.append(message.get("status"))

        await Gate(PlainTextResponse("in"), token, 8080)(scope, receive, send)

    with ThreadPoolExecutor(1) as thread:  # this one may have the running loop of Playwright
        thread.submit(asyncio.run, ask()).result()
    return statuses[0]


@pytest.mark.parametrize("path", PATHS)
def test_where_nothing_is_nothing_is_built(path):
    assert asked(path) == 404
    assert asked("/") == asked(ASSET) == asked("/favicon.ico") == 200


@pytest.mark.parametrize(("path", "allowed"), [("/", {"GET"}), (ASSET, {"GET", "HEAD"}), (SOCKET, {"GET", "POST"})])
def test_a_path_is_asked_for_in_its_own_ways(path, allowed):
    for method in METHODS:
        answered = client(None).request(method, path)
        assert answered.status_code == (200 if method in allowed else 405)
        if method not in allowed:
            assert set(answered.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("path", ["/", "/x", ASSET, SOCKET])
@pytest.mark.parametrize("host", ["127.0.0.1", "evil.example", "["])
def test_every_answer_tells_the_browser_what_to_guard(path, host):
    headers = client(None).get(path, headers={"host": host}).headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    policy = headers["content-security-policy"].split("; ")
    assert {"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"} <= set(policy)
    assert "access-control-allow-origin" not in headers
    if path == "/":
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("length", ["65537", "9" * 5000, "-1", "x", "1e3", ""])
def test_a_request_that_announces_too_much_is_refused(length):
    assert client(None).post(SOCKET, headers={"content-length": length}).status_code == 413


def test_a_request_that_goes_on_and_on_is_cut_off():
    async def swallow(scope, receive, send):
        while (await receive()).get("more_body"):
            pass
        await PlainTextResponse("in")(scope, receive, send)

    found = TestClient(Gate(swallow, None, 8080), base_url="http://127.0.0.1:8080")
    assert found.post(SOCKET, content=iter([b"x" * 1000] * 60)).status_code == 200
    assert found.post(SOCKET, content=iter([b"x" * 1000] * 70)).status_code == 413


def test_where_there_is_no_room_the_page_is_not_built_and_its_parts_are_there():
    found = client(None, has_room=lambda: False)
    assert found.get("/").status_code == 503
    assert found.get(ASSET).status_code == 200


def test_what_a_proxy_would_say_is_not_believed():
    async def echo(request):
        return PlainTextResponse(",".join(sorted(request.headers)))

    gate = Gate(Starlette(routes=[Route("/", echo)]), None, 8080)
    said = TestClient(gate, base_url="http://127.0.0.1:8080").get(
        "/", headers={"X-Forwarded-Prefix": "//evil", "X-A": "b"}
    )
    assert "x-a" in said.text
    assert "forwarded" not in said.text
