"""Who may enter: the gate before an application that answers everyone."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from hil.live.gate import Gate, is_loopback

TOKEN = "s3cret"


async def answer(request):
    return PlainTextResponse("in")


async def answer_socket(websocket):
    await websocket.accept()
    await websocket.send_text("in")
    await websocket.close()


def client(token, host="127.0.0.1"):
    app = Starlette(routes=[Route("/", answer), WebSocketRoute("/ws", answer_socket)])
    return TestClient(Gate(app, token), base_url=f"http://{host}:8080")


def socket_says(found, **headers):
    with found.websocket_connect(f"ws://{found.base_url.netloc.decode()}/ws", headers=headers) as socket:
        return socket.receive_text()


@pytest.mark.parametrize("query", ["", "?token=", "?token=guess", "?token=s3cre", "?other=s3cret"])
def test_without_the_token_nobody_enters(query):
    found = client(TOKEN)
    assert found.get(f"/{query}").status_code == 403
    with pytest.raises(WebSocketDisconnect):
        socket_says(found)


def test_the_token_in_the_address_lets_in_and_leaves_a_cookie_that_does():
    found = client(TOKEN, "earbud-bench.example")
    first = found.get(f"/?token={TOKEN}")
    assert (first.status_code, first.text) == (200, "in")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert found.get("/").status_code == 200
    assert socket_says(found) == "in"


def test_a_wrong_cookie_is_refused():
    found = client(TOKEN)
    found.cookies.set("earloop_live", "guess")
    assert found.get("/").status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_on_loopback_no_token_is_wanted_and_no_cookie_left(host):
    found = client(None, host)
    assert found.get("/").status_code == 200
    assert "set-cookie" not in found.get("/").headers
    assert socket_says(found) == "in"


def test_on_loopback_another_name_for_this_machine_is_refused():
    """A site that lets its own name point to 127.0.0.1 would else be let in by the browser that shows it."""
    assert client(None, "rebound.example").get("/").status_code == 403


@pytest.mark.parametrize("token", [None, TOKEN])
def test_a_page_of_another_site_may_not_talk_to_this_one(token):
    found = client(token)
    found.cookies.set("earloop_live", TOKEN)
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
