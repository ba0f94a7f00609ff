"""`earloop hil serve`: what it refuses before there is a page. The page itself is tried in `tests/hil/live`."""

from __future__ import annotations

import socket

import numpy as np
import pytest

from earloop.recordings import Recording, write_session


@pytest.fixture
def serve(session):
    """The arguments of a live bench of the golden model on the short session."""

    def arguments(*options, recording=session):
        return ("hil", "serve", "--device", "golden", "--recording", recording, "--no-browser", *options)

    return arguments


def test_a_port_that_is_taken(refused, serve):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = refused(*serve("--http-port", port))
    assert f"127.0.0.1, port {port}: cannot listen" in message
    assert "choose with --host, --http-port" in message


def test_an_address_of_another_machine(refused, serve):
    assert "203.0.113.7, port 8080: cannot listen" in refused(*serve("--host", "203.0.113.7"))


def test_a_recording_too_short_for_a_token(refused, serve, design, tmp_path):
    short = Recording(np.zeros((249, 4), np.int32), "codes", 1000.0, design.channels)
    write_session(short, tmp_path / "short.zarr")
    assert "249 samples yield no token" in refused(*serve(recording=tmp_path / "short.zarr"))


def test_an_image_that_does_not_exist(refused, serve, tmp_path):
    assert "gone.elf: no such image" in refused(*serve("--image", tmp_path / "gone.elf", "--device", "firmware"))


@pytest.mark.parametrize(("option", "value"), [("--speed", "0"), ("--http-port", "65536"), ("--device", "toaster")])
def test_values_out_of_range(refused, serve, option, value):
    assert option in refused(*serve(option, value))


def test_it_takes_the_options_of_a_device_that_a_run_takes(earloop):
    def options(command):
        return {line.split()[0] for line in earloop("hil", command, "--help").out.splitlines() if "--" in line[:8]}

    of_device = {"--device", "--image", "--serial-number", "--build", "--address", "--port", "--design"}
    assert of_device <= options("serve") & options("run")
