"""The selective scan, against closed forms and laws."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from earloop.model.network.native import library
from earloop.model.network.native.library import native_serves
from earloop.model.network.scan import native_scan, native_trouble, scan_reference, selective_scan
from earloop.system.project import ROOT

PATHS = {"reference": scan_reference, "native": native_scan}


@pytest.fixture(params=PATHS)
def scan(request):
    """Each path that this machine has."""
    if request.param == "native" and not native_serves(torch.zeros(1)):
        pytest.skip(native_trouble())
    return PATHS[request.param]


def random_scan(length=12, inner=3, state=4, dtype=torch.float64, batch=2):
    draw = torch.Generator().manual_seed(1)

    def normal(*shape):
        return torch.randn(*shape, generator=draw, dtype=dtype)

    dt = torch.nn.functional.softplus(normal(batch, length, inner))
    a = -torch.exp(normal(inner, state))
    b, c = normal(batch, length, state), normal(batch, length, state)
    return normal(batch, length, inner), dt, a, b, c, normal(inner)


def test_the_scan_equals_its_sum_written_out(scan):
    u, dt, a, b, c, d = random_scan()
    y = torch.zeros_like(u)
    for t in range(u.shape[1]):
        for s in range(t + 1):  # h_t = sum over s of exp(A sum of dt after s) dt_s B_s u_s
            decay = torch.exp(a * dt[:, s + 1 : t + 1].sum(1).unsqueeze(-1))
            y[:, t] += ((decay * (dt * u)[:, s].unsqueeze(-1) * b[:, s].unsqueeze(1)) * c[:, t].unsqueeze(1)).sum(-1)
    torch.testing.assert_close(scan(u, dt, a, b, c, d), y + d * u)


@pytest.mark.parametrize(("length", "inner"), [(5, 3), (35, 2)])
def test_the_scans_gradients_are_right(scan, length, inner):
    """The second length is longer than the native path's chunk of states."""
    inputs = tuple(x.requires_grad_() for x in random_scan(length, inner, state=2))
    assert torch.autograd.gradcheck(scan, inputs)


SHAPES = {
    "one of each": (1, 1, 1, 1),
    "a whole vector and chunk": (2, 32, 16, 16),
    "beyond both by one": (2, 33, 17, 16),
    "one batch, in groups of channels": (1, 70, 100, 5),
    "more batches than threads": (5, 64, 20, 16),
}


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_native_path_and_its_gradients_equal_the_reference(shape, threads):
    if not native_serves(torch.zeros(1)):
        pytest.skip(native_trouble())
    batch, length, inner, state = shape
    inputs = [x.requires_grad_() for x in random_scan(length, inner, state, torch.float32, batch)]
    dy = torch.randn(batch, length, inner, generator=torch.Generator().manual_seed(2))
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found, wanted = (
            (y := run(*inputs), *torch.autograd.grad(y, inputs, dy)) for run in (native_scan, scan_reference)
        )
        for ours, theirs in zip(found, wanted, strict=True):
            assert (ours - theirs).abs().max() <= 1e-5 * theirs.abs().max()
    finally:
        torch.set_num_threads(before)


def test_steps_too_small_or_too_large_to_matter_stay_finite(scan):
    u, dt, a, b, c, d = random_scan(length=40, inner=4, dtype=torch.float32)
    dt = torch.where(torch.arange(40).remainder(2).bool()[:, None], 1e6, 0.0) + 0 * dt
    y = scan(u, dt.requires_grad_(), a, b, c, d)
    y.sum().backward()
    assert torch.isfinite(y).all()
    assert torch.isfinite(dt.grad).all()
    # Of a step of zero nothing comes in, and nothing is forgotten: the first output is the skip alone.
    torch.testing.assert_close(y[:, 0], d * u[:, 0])


def test_a_nan_is_not_swallowed(scan):
    u, dt, a, b, c, d = random_scan(dtype=torch.float32)
    dt[0, 5, 1] = torch.nan
    y = scan(u, dt, a, b, c, d)
    assert y[0, 5:, 1].isnan().all()
    assert not y[0, :5].isnan().any()
    assert not y[1].isnan().any()


def test_memory_for_backward_is_a_small_part_of_all_states():
    if not native_serves(torch.zeros(1)):
        pytest.skip(native_trouble())
    u, dt, a, b, c, d = (x.detach() for x in random_scan(length=640, inner=32, state=16, dtype=torch.float32))
    inputs = (u.unsqueeze(2), dt[None], None, torch.cat([b, c], -1)[None], a[None], d[None])
    _, kept = torch.ops.earloop.scan(*inputs, True)
    assert kept.numel() == 2 * 640 // 32 * 32 * 16
    _, kept = torch.ops.earloop.scan(*inputs, False)
    assert kept.numel() == 0


def test_shapes_that_do_not_go_together_are_refused():
    u, dt, a, b, c, d = random_scan()
    with pytest.raises(ValueError, match=r"b is torch.float64 \[2, 12, 3\] on cpu: wanted torch.float64 \[2, 12, 4\]"):
        native_scan(u, dt, a, b[..., :3], c, d)
    with pytest.raises(ValueError, match=r"d is torch\.float32"):
        native_scan(u, dt, a, b, c, d.float())


@pytest.fixture
def nothing_loaded(tmp_path, monkeypatch):
    """As if the scan had never been asked for, with an empty folder of its own to build in."""
    monkeypatch.setattr(library, "BUILD", tmp_path / "build")
    for cached in (library._load, native_trouble):
        cached.cache_clear()
    yield
    for cached in (library._load, native_trouble):
        cached.cache_clear()


def test_without_a_compiler_the_reference_serves_and_a_warning_says_so(nothing_loaded, monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    wanted = r"cannot be built or loaded \(.+\); install no-such-compiler .*; it runs in plain PyTorch"
    with pytest.warns(UserWarning, match=wanted):
        y = selective_scan(*random_scan())
    torch.testing.assert_close(y, scan_reference(*random_scan()))


def test_a_scan_that_cannot_be_built_names_each_program_that_is_missing(nothing_loaded, tmp_path, monkeypatch):
    (tmp_path / "python").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    assert native_trouble().endswith("install c++ (the Debian package g++) and ninja (by pip)")


def test_the_native_scan_is_built_though_path_has_no_ninja(tmp_path):
    """In a process of its own, by the environment's Python as it stands, on a PATH with all programs but ninja."""
    for folder in map(Path, os.environ["PATH"].split(os.pathsep)):
        for program in folder.iterdir() if folder.is_dir() else ():
            place = tmp_path / "bin" / program.name
            place.parent.mkdir(exist_ok=True)
            if program.name not in ("ninja", "ninja-build") and not place.exists():
                place.symlink_to(program)
    script = (
        "from pathlib import Path; import shutil, sys\n"
        "from earloop.model.network.native import library\n"
        "assert shutil.which('ninja') is None\n"
        "library.BUILD = Path(sys.argv[1])\n"
        "import torch\nfrom concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(3) as pool:  # as threads that share the first batch do\n"
        "    served = list(pool.map(lambda part: library.native_serves(torch.zeros(1)), range(3)))\n"
        "print(library.native_trouble() or 'built', set(served))"
    )
    environment = {**os.environ, "PATH": str(tmp_path / "bin"), "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", script, str(tmp_path / "build")]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "built {True}", done.stderr
