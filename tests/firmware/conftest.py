"""The reference design and its variants, compiled once, and the earbuds that black-box tests run against.

`pytest tests/firmware --device PORT` runs the black-box tests against a real earbud, too.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack

import pytest

from earloop.firmware.build import build_elf
from earloop.firmware.emulator import Emulator
from earloop.firmware.loopback import Loopback
from earloop.hil.link.port import open_port
from earloop.spec.fixed import FixedDesign, compile_design
from earloop.spec.variants import vary_reference
from tests.firmware.blackbox import Earbud

VARIANTS = {
    "reference": {},
    "one channel": {"electrodes": {"left": ["T7"], "right": [], "reference": ["T8"]}},
    "eight channels": {
        "electrodes": {"left": ["L1", "L2", "L3", "L4"], "right": ["R1", "R2", "R3", "R4"], "reference": ["R5"]}
    },
    "60 Hz notch": {"notch": {"mains_hz": 60}},
    "no notch": {"notch": {"mains_hz": 0}},
    "250 SPS, no decimation": {
        "converter": {"rate_hz": 250},
        "decimator": {"factor": 1},
        "fixed_point": {"min_sqnr_db": 70.0},
    },
    "one band, patch of 7": {"tokens": {"patch": 7}, "bands": ["eeg_delta"]},
    "18-bit coefficients": {"fixed_point": {"coefficient_bits": 18}},
    # Products of sections that cannot all be aligned at once, each of them in a band-pass and in a high-pass.
    "one bit of error feedback, 12-bit coefficients": {
        "fixed_point": {"error_bits": 1, "coefficient_bits": 12, "min_sqnr_db": 1.0}
    },
    "one bit of error feedback, 14-bit coefficients": {
        "fixed_point": {"error_bits": 1, "coefficient_bits": 14, "min_sqnr_db": 1.0}
    },
    "narrow: 14-bit coefficients, 12 error bits, no input guard": {
        "fixed_point": {
            "coefficient_bits": 14, "error_bits": 12, "input_guard_bits": 0, "band_guard_bits": 4, "min_sqnr_db": 40.0,
        }
    },
}  # fmt: skip


@pytest.fixture(scope="session", params=VARIANTS)
def any_fixed(request: pytest.FixtureRequest) -> FixedDesign:
    """Each design in turn."""
    return compile_design(vary_reference(**VARIANTS[request.param]))


@pytest.fixture(scope="session")
def other_fixed() -> FixedDesign:
    """A design whose hash is not the reference's, and whose tokens have the same shape."""
    return compile_design(vary_reference(notch={"mains_hz": 60}))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--device", metavar="PORT", help="Serial port of a real earbud of the reference design.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "earbud_port" in metafunc.fixturenames:
        real = ["device"] if metafunc.config.getoption("--device", default=None) else []
        metafunc.parametrize("earbud_port", ["host", "emulated", *real], indirect=True, scope="module")


@pytest.fixture(scope="module")
def earbud_port(request: pytest.FixtureRequest, fixed: FixedDesign):
    """A port behind which the firmware runs: in this process, in QEMU, and on a real earbud where one is named."""
    with ExitStack() as stack:
        if request.param == "host":
            yield Loopback(fixed)
            return
        if request.param == "emulated":
            if not all(map(shutil.which, ("arm-none-eabi-gcc", "qemu-system-arm"))):
                pytest.skip("arm-none-eabi-gcc or qemu-system-arm is not on PATH")
            name = stack.enter_context(Emulator(build_elf(fixed))).port
        else:
            name = request.config.getoption("--device")
        port = open_port(name, fixed.design)
        stack.callback(port.close)
        yield port


@pytest.fixture
def earbud(earbud_port, fixed: FixedDesign) -> Earbud:
    """An earbud at the beginning of a session."""
    return Earbud(earbud_port, fixed)
