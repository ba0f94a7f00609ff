"""CMSIS-DSP's C sources (Apache-2.0), downloaded from the source distribution of its Python package, not committed."""

from __future__ import annotations

import hashlib
import io
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

from earloop.spec.errors import EarloopError
from earloop.system.project import ROOT

VERSION = "1.10.3"
URL = (
    "https://files.pythonhosted.org/packages/2c/ec/0decbb48985d2eb98739a9bbf4ba090278cc492a7c1a5d5b907e8baf67b5/"
    f"cmsisdsp-{VERSION}.tar.gz"
)
SHA256 = "307d32298faa7c58db912851027fce35f886fec7eb1a27c4b309ce1a97f47519"
FOLDER = ROOT / ".build" / "cmsis"

# Selects portable C instead of the intrinsics of CMSIS-Core, which the package does not include.
PORTABLE = ("-D__GNUC_PYTHON__", "-w")


def cmsis_source() -> Path:
    """Return the folder of the distribution, which is downloaded on first use.

    Raises
    ------
    EarloopError
        The distribution cannot be downloaded, or its SHA-256 differs.
    """
    place = FOLDER / f"cmsisdsp-{VERSION}"
    if not place.exists():
        try:
            with urllib.request.urlopen(URL, timeout=60) as answer:
                archive = answer.read()
        except (urllib.error.URLError, OSError) as error:
            raise EarloopError(f"{URL}: cannot be downloaded ({error})") from None
        if (found := hashlib.sha256(archive).hexdigest()) != SHA256:
            raise EarloopError(f"{URL}: has the SHA-256 {found}, wanted {SHA256}; the file has changed")
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(FOLDER, filter="data")
    return place


def cascade_source() -> Path:
    """Return the file of the cascade."""
    return cmsis_source() / "Source" / "FilteringFunctions" / "arm_biquad_cascade_df1_32x64_q31.c"


def includes() -> list[str]:
    """Return the compiler options for CMSIS-DSP's headers."""
    return [f"-I{cmsis_source() / name}" for name in ("Include", "PrivateInclude")]
