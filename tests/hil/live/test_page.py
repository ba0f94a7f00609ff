"""The page in a browser: that it shows what the bench has, and does what its buttons and keys say.

The server is the command as a user starts it, in a process of its own, on every address, so that it wants a token.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from earloop.recordings import write_session

SHOWN_MS = 30_000  # how long something may take to be shown


@contextmanager
def served(*arguments):
    """The address that `earloop hil serve` prints; it is ended as Ctrl-C would, and must end well."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    command = [sys.executable, "-m", "earloop", "hil", "serve", "--http-port", "0", "--no-browser", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=Path.cwd()
    )
    try:
        line = process.stdout.readline()
        assert "http" in line, process.stderr.read()
        yield re.sub(r"//[^:]+:", "//127.0.0.1:", re.search(r"http\S+", line).group())
    finally:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, "channels: T7, T9, T8, T10\n")


@pytest.fixture(scope="module")
def session(recording, tmp_path_factory):
    path = tmp_path_factory.mktemp("live") / "session.zarr"
    write_session(recording, path)
    return path


@pytest.fixture(scope="module")
def address(session):
    with served("--device", "golden", "--recording", session, "--loop", "--host", "0.0.0.0") as url:
        yield url


@pytest.fixture
def open_page(chromium):
    """Opens an address; at the end no page may have complained, nor have asked any other host for anything."""
    contexts, complaints, hosts = [], [], set()

    def opened(url, **options):
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: hosts.add(request.url.split("/")[2].split(":")[0]))
        page.set_default_timeout(SHOWN_MS)
        page.goto(url)
        for part in ("#sqnr", "canvas[role=img]", ".histogram canvas"):  # all of it is there, and nothing on its way
            page.wait_for_selector(part)
        return page

    yield opened
    said = list(complaints)  # what is broken off by closing is no fault of the page
    for context in contexts:
        context.close()
    assert said == []
    assert hosts <= {"127.0.0.1"}


def until(page, script):
    """Wait until an expression of the page is true."""
    page.wait_for_function(script, timeout=SHOWN_MS)


def drawn(lanes):
    """How many pixels of a canvas are a trace's, as an expression: the only ones with a colour; counted in a copy."""
    return (
        f"(() => {{ const shown = document.querySelectorAll('canvas[role=img]')[{lanes}];"
        "const { width, height } = shown;"
        "const pen = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });"
        "pen.drawImage(shown, 0, 0);"
        "const dots = pen.getImageData(0, 0, width, height).data; let count = 0;"
        "for (let i = 0; i < dots.length; i += 4) {"
        "  const [red, green, blue] = dots.subarray(i, i + 3);"
        "  count += dots[i + 3] > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60; }"
        "return count; })()"
    )


def state_is(page, state):
    until(page, f"document.querySelector('#state').textContent.startsWith('{state}')")


def figure(name):
    """A cell of the table of losses, as an expression."""
    return (
        f"Number([...document.querySelectorAll('#losses tr')].find((row) => row.textContent.startsWith('{name}'))"
        ".querySelector('td').textContent.split(' ')[0].replaceAll(',', ''))"
    )


def choose(page, field, value):
    """Choose from a list."""
    page.get_by_label(field, exact=True).click()
    page.get_by_role("option", name=value, exact=True).click()


def running_afresh(page):
    """The page with a bench that has run without a fault since the last start."""
    if page.get_by_role("button", name="Clear").count():
        page.get_by_role("button", name="Clear").click()
        page.get_by_role("button", name="Inject").wait_for()
    if page.get_by_role("button", name="Stop").count():
        page.get_by_role("button", name="Stop").click()
    state_is(page, "stopped")
    page.get_by_role("button", name="Start").click()
    state_is(page, "running")
    until(page, "document.querySelector('.verdict').textContent === 'PASS so far'")


def test_it_shows_traces_and_figures_that_grow(address, open_page):
    page = open_page(address)
    running_afresh(page)
    for lanes in (0, 1):
        until(page, f"{drawn(lanes)} > 1000")
    before = page.evaluate(figure("tokens judged"))
    until(page, f"{figure('tokens judged')} > {before}")
    assert page.evaluate(figure("values that differ: tokens")) == page.evaluate(figure("tokens lost")) == 0
    until(page, "document.querySelectorAll('#sqnr td.pass').length === 48")
    assert re.fullmatch("golden, design [0-9a-f]{12}: integer golden model", page.text_content("#identity"))
    assert "Unknown" in page.text_content("#impedance")
    assert page.evaluate("document.scrollingElement.scrollHeight") <= 800, "nothing is to be scrolled for"


def test_stop_stops_and_leaves_what_was_measured_start_begins_anew(address, open_page):
    page = open_page(address)
    running_afresh(page)
    until(page, f"{figure('tokens judged')} > 200")
    page.get_by_role("button", name="Stop").click()
    state_is(page, "stopped")
    judged = page.evaluate(figure("tokens judged"))
    assert judged > 200
    assert page.evaluate(drawn(1)) > 0
    page.get_by_role("button", name="Start").click()
    state_is(page, "running")
    until(page, f"{figure('tokens judged')} > 0")


def test_the_chosen_fault_is_injected_and_cleared(address, open_page):
    page = open_page(address)
    running_afresh(page)
    choose(page, "Fault", "gain")
    choose(page, "On", "T9")
    page.get_by_role("button", name="Inject").click()
    until(page, "document.querySelector('.verdict').textContent === 'FAIL'")
    until(page, f"{figure('values that differ: tokens')} > 0")
    assert "channel T9" in page.text_content(".reason")
    assert "Injected: gain of T9 from " in page.text_content("#struck")
    until(page, "document.querySelector('#findings').textContent.startsWith('Seems wrong: gain (T9, from ')")
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Inject").wait_for()


def test_as_many_channels_can_be_chosen_as_the_fault_strikes(address, open_page):
    page = open_page(address)
    running_afresh(page)
    for kind, channels in (("stale", 0), ("stuck", 1), ("swapped", 2)):
        choose(page, "Fault", kind)
        for place, field in enumerate(("On", "With")):
            page.get_by_label(field, exact=True).wait_for(state="visible" if place < channels else "hidden")
    choose(page, "With", "T7")
    page.get_by_role("button", name="Inject").click()
    page.get_by_text("swapped needs different channels").wait_for()


def test_keys_do_what_the_page_says(address, open_page):
    page = open_page(address)
    running_afresh(page)
    page.keyboard.press("3")
    until(page, "document.body.textContent.includes('Bands of T8')")
    page.mouse.click(640, 110)  # off the button
    page.keyboard.press("f")
    page.get_by_role("button", name="Clear").wait_for()
    page.keyboard.press("f")
    page.get_by_role("button", name="Inject").wait_for()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(" ")
    state_is(page, "stopped")
    page.keyboard.press(" ")
    state_is(page, "running")


def test_a_window_of_another_length_is_drawn_anew(address, open_page):
    page = open_page(address)
    running_afresh(page)
    until(page, f"{drawn(0)} > 1000")
    page.get_by_role("button", name="30 s").click()
    for lanes, name in enumerate(("Input, each channel", "Bands of the chosen channel")):
        page.get_by_role("img", name=f"{name}, the last 30 s").wait_for()
        until(page, f"{drawn(lanes)} > 1000")


def test_what_the_decimator_takes_away_is_not_in_its_trace(recording, tmp_path, open_page):
    """A tone that the decimator takes away fills the lanes of the codes, and those alone."""
    tone = 20_000 * np.sin(2 * np.pi * 330 / recording.sfreq * np.arange(len(recording.data)))  # 0.9 mV
    loud = recording.data + np.rint(tone).astype(np.int32)[:, None]
    write_session(replace(recording, data=loud), tmp_path / "loud.zarr")
    with served("--device", "golden", "--recording", tmp_path / "loud.zarr") as url:
        page = open_page(url)
        state_is(page, "ended")
        page.get_by_role("img", name="Input, each channel, the last 10 s").wait_for()
        until(page, f"{drawn(0)} > 10000")
        filled = page.evaluate(drawn(0))
        page.get_by_role("button", name="decimated").click()
        page.get_by_role("img", name="Decimated signal, each channel, the last 10 s").wait_for()
        until(page, f"{drawn(0)} > 0")  # all at once: the recording is over
        assert page.evaluate(drawn(0)) < filled / 2
        page.get_by_role("button", name="raw").click()
        until(page, f"{drawn(0)} > {0.9 * filled}")
        page.close()


def test_light_and_dark_follow_the_system(address, open_page):
    shades = []
    for scheme in ("light", "dark"):
        page = open_page(address, color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades.append(sum(int(part) for part in re.findall(r"\d+", colour)[:3]))
    assert shades[0] > 600
    assert shades[1] < 150


def test_a_narrow_page_is_no_wider_than_its_window(address, open_page):
    page = open_page(address)
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 400


def test_the_reason_of_a_dead_device_is_shown(session, open_page):
    with served("--device", "serial", "--port", "/dev/no-such-tty", "--recording", session) as url:
        page = open_page(url)
        state_is(page, "died")
        assert "/dev/no-such-tty: cannot be opened" in page.text_content(".reason")
        assert page.text_content(".verdict") == "FAIL"
        page.close()
