"""Where the real recordings are."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def real_data() -> Path:
    folder = os.environ.get("EARLOOP_REAL_DATA")
    if not folder:
        pytest.skip("EARLOOP_REAL_DATA is not set; it names the folder of real recordings")
    return Path(folder)
