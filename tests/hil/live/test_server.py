"""The live bench's server, asked by raw requests and by hostile pages: what it refuses, bounds and frees."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Error as PlaywrightError

from earloop.hil.live.limits import HEADERS_S, MOST_CONNECTIONS, MOST_PAGES
from tests.hil.live.test_page import address, open_page, served, session  # noqa: F401  fixtures

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",  # of RFC 6455
}
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"


@pytest.fixture(scope="module")
def local(session):  # noqa: F811
    """The address of a bench on loopback, which wants no token."""
    with served("--device", "golden", "--recording", session, "--loop") as url:
        yield url


def netloc(url):
    return url.split("/")[2]


def asked(url, path="/", **headers):
    """Status and body of an answer."""
    connection = http.client.HTTPConnection(netloc(url), timeout=60)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    body = b"" if response.status == 101 else response.read()
    connection.close()
    return response.status, body


def raw(url, data, *, until_closed=True):
    """What is answered to bytes as they stand; empty where the connection is closed without a word."""
    host, port = netloc(url).split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(data)
        said = b""
        while chunk := connection.recv(65536):
            said += chunk
            if not until_closed:
                break
    return said


@pytest.mark.parametrize(
    ("path", "headers", "granted"), [("/", {}, 200), (SOCKET, UPGRADE, 101)], ids=["page", "websocket"]
)
def test_the_server_refuses_whoever_bears_no_token(address, path, headers, granted):  # noqa: F811
    base, token = address.split("/?token=")
    port = base.rpartition(":")[2]
    for cookie, expected in (("", 403), (f"earloop_live={token}", 403), (f"earloop_live_{port}={token}", granted)):
        assert asked(base, path, **headers, Cookie=cookie)[0] == expected


def test_a_websocket_is_opened_by_no_page_of_another_site(local):
    assert asked(local, SOCKET, **UPGRADE, Origin=f"http://{netloc(local)}")[0] == 101
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        assert asked(local, SOCKET, **UPGRADE, **headers)[0] == 403
    for path in ("/", "/ws", "/_nicegui_ws/other/", "/_nicegui_ws/"):
        assert asked(local, path, **UPGRADE)[0] == 403


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET",
        b"\x16\x03\x01\x02\x00",
        b"GET http://evil/ HTTP/1.1",
        b"get / HTTP/1.1",
        b"GET * HTTP/1.1",
    ],
)
def test_what_is_no_request_is_refused_and_ends_nothing(local, request_line):
    host = netloc(local).encode()
    said = raw(local, request_line + b"\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert re.match(rb"HTTP/1.1 4\d\d ", said) or said == b""
    assert asked(local)[0] == 200


def test_a_request_of_two_hosts_or_lengths_is_refused(local):
    host = netloc(local).encode()
    for header in (b"Host: evil.example\r\nHost: " + host, b"Host: " + host + b"\r\nHost: evil.example"):
        assert re.match(
            rb"HTTP/1.1 4\d\d ", raw(local, b"GET / HTTP/1.1\r\n" + header + b"\r\nConnection: close\r\n\r\n")
        )
    both = b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"
    said = raw(
        local, b"POST " + SOCKET.encode() + b" HTTP/1.1\r\nHost: " + host + b"\r\n" + both + b"\r\n0\r\n\r\nGET /x"
    )
    assert re.match(rb"HTTP/1.1 4\d\d ", said)
    assert said.count(b"HTTP/1.1") == 1, "what follows is no request of its own"


def test_headers_without_end_are_cut_off(local):
    host = netloc(local).encode()
    flood = b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nX-Long: " + b"a" * (1 << 20) + b"\r\n\r\n"
    with suppress(ConnectionError):  # it may be closed while we are still speaking
        assert re.match(rb"HTTP/1.1 4\d\d ", raw(local, flood))
    assert asked(local)[0] == 200


def test_whoever_says_nothing_is_let_go_and_keeps_nobody_out(local):
    """As many connections as the server takes, of which each says half a request, or nothing."""
    host, port = netloc(local).split(":")
    held = [socket.create_connection((host, int(port)), timeout=6 * HEADERS_S) for _ in range(MOST_CONNECTIONS)]
    for connection in held[::2]:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
    assert asked(local)[0] == 503
    for connection in held:
        try:
            assert connection.recv(1) == b"", "closed by the server, without a word"
        finally:
            connection.close()
    assert asked(local)[0] == 200


def resident_mb(process):
    return int(re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())[1]) / 1024


def process_at(url):
    """The process that listens at an address of this machine."""
    port = int(url.split(":")[2].split("/")[0])
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    (inode,) = {row[9] for row in rows if row[3] == "0A" and int(row[1].split(":")[1], 16) == port}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if str(link.readlink()) == f"socket:[{inode}]":
                return int(link.parts[2])
        except OSError:
            continue
    raise AssertionError(f"nobody listens on {port}")


def test_pages_that_nobody_opens_take_no_memory(local):
    server = process_at(local)
    for _ in range(2 * MOST_PAGES):
        assert asked(local)[0] == 200
    before = resident_mb(server)
    for i in range(250):
        assert asked(local)[0] == 200
        assert asked(local, f"/nothing/{i}")[0] == 404
    assert resident_mb(server) - before < 20, "MB; each page takes a quarter of one"


@contextmanager
def foreign_site(body):
    """Another server of this machine that shows a page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join(60)
        server.server_close()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"], ids=["cross-site", "same-site"])
def test_no_page_can_frame_the_bench(local, chromium, name):
    url = local.replace("127.0.0.1", name)
    with foreign_site(f'<iframe id="bench" src="{url}" onload="document.title = 1"></iframe>') as site:
        page = chromium.new_page()
        page.goto(site)
        page.wait_for_function("document.title === '1'")
        inside = page.frames[1]
        assert inside.url == "chrome-error://chromewebdata/"
        assert inside.query_selector("button") is None
        page.close()


def test_a_page_of_another_site_can_neither_read_nor_start_anything(local, chromium):
    """By fetch, by a form, by a script, and by a websocket of its own."""
    tries = f"""
      const ws = new Promise((done) => {{
        const socket = new WebSocket("ws://{netloc(local)}{SOCKET}");
        socket.onopen = () => done("open"); socket.onerror = () => done("refused"); }});
      const script = new Promise((done) => {{
        const tag = document.createElement("script"); tag.src = "{local}";
        tag.onload = () => done("loaded"); tag.onerror = () => done("refused"); document.head.append(tag); }});
      const read = (mode) => fetch("{local}", {{mode, credentials: "include"}}).then(() => "read", () => "refused");
      Promise.all([ws, script, read("cors"), read("no-cors")]).then((all) => document.title = JSON.stringify(all));
    """
    with foreign_site(f"<script>{tries}</script>") as site:
        page = chromium.new_page()
        page.goto(site)
        page.wait_for_function("document.title.startsWith('[')")
        assert json.loads(page.title()) == ["refused"] * 4
        page.close()


def test_a_name_that_is_made_to_point_here_shows_nothing(local, chromium):
    """DNS rebinding: the browser takes the foreign name's page for its own, and this server knows better."""
    from playwright.sync_api import sync_playwright

    from tests.conftest import CHROMIUM

    rules = "--host-resolver-rules=MAP rebound.example 127.0.0.1"
    port = netloc(local).split(":")[1]
    status = []

    def visit():  # one Playwright a thread
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", rules])
            page = browser.new_page()
            try:
                status.append(page.goto(f"http://rebound.example:{port}/").status)
            except PlaywrightError as error:
                status.append(str(error))
            browser.close()

    visitor = threading.Thread(target=visit)
    visitor.start()
    visitor.join(120)
    assert status == [403]


def test_the_token_does_not_stay_in_the_address(address, open_page):  # noqa: F811
    page = open_page(address)
    assert "token" in address
    assert "token" not in page.url
    assert "token" not in page.evaluate("performance.getEntriesByType('navigation')[0].name")
    assert page.evaluate("document.cookie") == "", "no script can read it"
    page.reload()
    page.wait_for_selector("#sqnr")
    page.wait_for_selector(".histogram canvas")
