"""Compilation of the firmware: a shared library for tests on the host, and the ELF for QEMU and real boards.

The products are in `.build/firmware/<key>/`, where the key is a hash of every source, every generated header and the
command line. So an existing product is up to date and is never rebuilt. The key's first eight bytes are the build id
that the firmware sends in its HELLO.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign
from earloop.spec.generate import C_DESIGN_HEADER, C_PROTOCOL_HEADER, generated_files
from earloop.system.programs import find_program
from earloop.system.project import ROOT

BUILD = ROOT / ".build" / "firmware"
SOURCES = Path(__file__).parent / "src"
BOARDS = Path(__file__).parent / "boards"
TESTS = Path(__file__).parent / "tests"

WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Werror")
COMMON = ("-std=c11", *WARNINGS)
# Without the last two flags the compiler hoists the filters' loads and products, then spills: 10 % more instructions.
KERNEL = ("-O2", "-fno-tree-pre", "-fno-schedule-insns")
# Only gcc's warnings are errors; clang has different ones.
FUZZ = ("-std=c11", "-O1", "-g", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all")
# Functions whose calls the tests of that name intercept.
WRAPPED = {
    "unit_app": ("-Wl,--wrap=board_init", "-Wl,--wrap=board_turn"),
    "fuzz_link": ("-Wl,--wrap=board_send",),
}
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g")


@dataclass(frozen=True, kw_only=True)
class _Target:
    """One product: its compiler, the compiler's Debian package, its sources and its flags."""

    name: str
    compiler: str
    package: str
    sources: tuple[Path, ...]
    flags: tuple[str, ...]


def _core() -> tuple[Path, ...]:
    return tuple(sorted(SOURCES.glob("*.c")))


def _host_sources(main: Path) -> tuple[Path, ...]:
    return (*_core(), BOARDS / "host" / "board.c", BOARDS / "host" / "kernel_filter.c", main)


def _host(name: str, main: Path, *flags: str) -> _Target:
    # Without a build id of the linker, the same code gives the same program.
    return _Target(
        name=name,
        compiler="gcc",
        package="gcc",
        sources=_host_sources(main),
        flags=(*COMMON, "-Wl,--build-id=none", *flags),
    )


def _stm32f405() -> _Target:
    board = BOARDS / "stm32f405"
    flags = (
        *COMMON, *KERNEL, "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft", "-ffunction-sections", "-fdata-sections",
        "-fstack-usage", "-fcallgraph-info=su", "-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections",
        "-Wl,--fatal-warnings", f"-Wl,-T,{(board / 'stm32f405.ld').relative_to(ROOT)}",
    )  # fmt: skip
    return _Target(
        name="earbud.elf",
        compiler="arm-none-eabi-gcc",
        package="gcc-arm-none-eabi",
        sources=(*_core(), *sorted(board.glob("*.c"))),
        flags=flags,
    )


def build_host(fixed: FixedDesign, *, generated_dir: Path | None = None) -> Path:
    """Compile the kernel and the whole link for this machine.

    Parameters
    ----------
    fixed : the design to build for
    generated_dir : folder of `design.h` and `protocol.h`; by default they are generated from the design, which for the
        reference design gives the committed files

    Returns
    -------
    path of a shared library, whose functions `earloop.firmware.kernel` and `earloop.firmware.loopback` call

    Raises
    ------
    EarloopError
        The compiler is missing, or the sources do not compile.
    """
    return _build(_host("libearbud.so", BOARDS / "host" / "library.c", "-O3", "-fPIC", "-shared"), fixed, generated_dir)


def build_checked(fixed: FixedDesign, *, generated_dir: Path | None = None) -> Path:
    """Compile the program of `boards/host/checked.c` with AddressSanitizer and UndefinedBehaviorSanitizer.

    Parameters and errors are those of `build_host`; returns the path of the executable.
    """
    return _build(_host("checked", BOARDS / "host" / "checked.c", "-O1", *SANITIZERS), fixed, generated_dir)


def build_kernel(fixed: FixedDesign, compiler: str, *flags: str) -> Path:
    """Compile the kernel alone, by any compiler, into a filter; see `boards/host/kernel_filter.c`.

    Only GCC's warnings are errors, because other compilers have different ones. Raises what `build_host` does; returns
    the path of the executable.
    """
    warnings = COMMON if "gcc" in compiler else ("-std=c11",)
    sources = (SOURCES / "tokenizer.c", *(BOARDS / "host" / f"{name}.c" for name in ("kernel_filter", "kernel_only")))
    return _build(
        _Target(name="kernel", compiler=compiler, package=compiler, sources=sources, flags=(*warnings, *flags)),
        fixed,
        None,
    )


def build_unit(fixed: FixedDesign, module: str) -> Path:
    """Compile the C tests of a module, `tests/unit_<module>.c`, with both sanitizers; returns the executable.

    Raises what `build_host` does.
    """
    name = f"unit_{module}"
    return _build(_host(name, TESTS / f"{name}.c", "-O1", *SANITIZERS, *WRAPPED.get(name, ())), fixed, None)


def build_fuzzer(fixed: FixedDesign, module: str) -> Path:
    """Compile a fuzzer, `tests/fuzz_<module>.c`, with libFuzzer and both sanitizers; returns the executable.

    Raises what `build_host` does.
    """
    name = f"fuzz_{module}"
    flags = (*FUZZ, *WRAPPED.get(name, ()))
    target = _Target(
        name=name,
        compiler="clang",
        package="clang and libclang-rt-dev",
        sources=_host_sources(TESTS / f"{name}.c"),
        flags=flags,
    )
    return _build(target, fixed, None)


def build_elf(fixed: FixedDesign, *, generated_dir: Path | None = None) -> Path:
    """Compile the ELF for the STM32F405, for both QEMU's netduinoplus2 and real boards.

    Parameters and errors are those of `build_host`; returns the path of the ELF.
    """
    return _build(_stm32f405(), fixed, generated_dir)


def _build(target: _Target, fixed: FixedDesign, generated_dir: Path | None) -> Path:
    headers = _headers(fixed, generated_dir)
    key = _key(target, headers)
    product = BUILD / key.hex()[:16] / target.name
    if product.exists():
        return product
    compiler = find_program(target.compiler)
    if compiler is None:
        raise EarloopError(f"{target.compiler}: not found; install the Debian package {target.package}")
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix=".building-") as scratch:
        made = Path(scratch) / "made"
        (made / "generated").mkdir(parents=True)
        for name, text in headers.items():
            (made / "generated" / name).write_text(text, encoding="utf-8")
        _compile(compiler, target, made, key[:8])
        try:
            made.rename(product.parent)
        except OSError:
            if not product.exists():  # if it exists, another process was faster, and its product is the same
                raise
    return product


def _compile(compiler: str, target: _Target, made: Path, build_id: bytes) -> None:
    includes = [made / "generated", SOURCES, BOARDS]
    command = [
        compiler,
        *target.flags,
        f"-DBUILD_ID={{{','.join(f'0x{byte:02x}' for byte in build_id)}}}",
        *(f"-I{path}" for path in includes),
        *map(str, target.sources),
        *("-o", str(made / target.name)),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines() or ["?"]
        raise EarloopError(f"{target.name}: {target.compiler} cannot compile the sources: {lines[0]}")


def _headers(fixed: FixedDesign, generated_dir: Path | None) -> dict[str, str]:
    """Return the text of each generated header, by file name."""
    if generated_dir is None:
        files = generated_files(fixed)
        return {path.name: files[path] for path in (C_DESIGN_HEADER, C_PROTOCOL_HEADER)}
    headers = {}
    for name in (C_DESIGN_HEADER.name, C_PROTOCOL_HEADER.name):
        try:
            headers[name] = (generated_dir / name).read_text(encoding="utf-8")
        except OSError as error:
            raise EarloopError(f"{generated_dir / name}: cannot be read ({error.strerror})") from None
    return headers


def _key(target: _Target, headers: dict[str, str]) -> bytes:
    digest = hashlib.sha256()
    texts = {f"generated/{name}": text.encode() for name, text in headers.items()}
    tests = TESTS.glob("*.[ch]") if any(path.parent == TESTS for path in target.sources) else ()
    for path in (*SOURCES.glob("*.[ch]"), *BOARDS.glob("**/*.[ch]"), *BOARDS.glob("**/*.ld"), *tests):
        texts[str(path.relative_to(ROOT))] = path.read_bytes()
    for name, text in sorted(texts.items()):
        digest.update(f"{name} {len(text)}\n".encode() + text)
    for word in (target.name, target.compiler, *target.flags):
        digest.update(f"{word}\n".encode())
    return digest.digest()
