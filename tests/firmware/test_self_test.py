"""The self test: it passes what is well, and finds a kernel and a memory that are not."""

from __future__ import annotations

import ctypes
import mmap
import os

import numpy as np
import pytest

from earloop.firmware.build import build_host
from earloop.firmware.kernel import HostKernel
from earloop.firmware.loopback import Loopback
from earloop.hil.link.earbud_link import EarbudLink
from earloop.spec.generate import generated_files
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import DeviceFault
from earloop.spec.self_test import self_test_codes

WORDS = mmap.PAGESIZE // 4


@pytest.fixture(scope="module")
def library(fixed):
    library = ctypes.CDLL(str(build_host(fixed)))
    library.self_test_memory.restype = ctypes.c_bool
    library.self_test_kernel.restype = ctypes.c_bool
    return library


def test_every_design_passes_its_own_self_test(any_fixed):
    library = ctypes.CDLL(str(build_host(any_fixed)))
    library.self_test_kernel.restype = ctypes.c_bool
    assert library.self_test_kernel(HostKernel(any_fixed)._state)


def test_the_codes_clip_in_the_tokens(fixed):
    golden = GoldenTokenizer(fixed)
    assert golden.push(self_test_codes(fixed.design)).tokens.shape == (2, 4, 12, 50)
    assert golden.saturated_tokens.sum() > 0


@pytest.mark.parametrize("mistake", [(" 105718,", " 105719,"), ("DESIGN_TOKEN_SHIFTS {13", "DESIGN_TOKEN_SHIFTS {14")])
def test_a_kernel_with_another_constant_says_so_in_its_hello_and_status(fixed, tmp_path, mistake):
    for path, text in generated_files(fixed).items():
        (tmp_path / path.name).write_text(text.replace(*mistake), encoding="utf-8")
    port = Loopback(fixed, build_host(fixed, generated_dir=tmp_path))
    with EarbudLink(port, fixed, clock=port) as link:
        assert link.hello().self_test == DeviceFault.KERNEL
        assert link.query().fault == DeviceFault.KERNEL


def test_memory_that_holds_what_is_written_passes(library):
    assert library.self_test_memory(np.zeros(WORDS, np.uint32).ctypes.data_as(ctypes.c_void_p), WORDS)


def test_two_addresses_of_one_cell_are_found(library):
    """The same page mapped twice, side by side: what an address line that is stuck makes of memory."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    page, nothing, map_fixed, anonymous = mmap.PAGESIZE, 0, 0x10, -1
    file = os.memfd_create("page")
    os.ftruncate(file, page)
    room = libc.mmap(None, 2 * page, nothing, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, anonymous, 0)
    protection = mmap.PROT_READ | mmap.PROT_WRITE
    for place in (room, room + page):
        assert libc.mmap(place, page, protection, mmap.MAP_SHARED | map_fixed, file, 0) == place
    os.close(file)
    assert library.self_test_memory(ctypes.c_void_p(room), WORDS)
    assert not library.self_test_memory(ctypes.c_void_p(room), 2 * WORDS)
    libc.munmap(ctypes.c_void_p(room), ctypes.c_size_t(2 * page))
