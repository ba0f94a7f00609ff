"""What every test may ask for: the reference design, its integers, a browser, and the folder of real recordings."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from earloop.spec.design import DEFAULT_DESIGN_PATH, Design, load_design
from earloop.spec.fixed import FixedDesign, compile_design

# `pytester` serves the tests of `result_cache`.
pytest_plugins = ["tests.result_cache", "pytester"]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

settings.register_profile("earloop", deadline=None)  # no test depends on speed
settings.load_profile("earloop")


@pytest.fixture(scope="session")
def design() -> Design:
    """The reference earbud."""
    return load_design()


@pytest.fixture(scope="session")
def fixed(design: Design) -> FixedDesign:
    """The reference earbud as integers."""
    return compile_design(design)


@pytest.fixture
def design_data() -> dict[str, Any]:
    """The reference design file as nested dictionaries, to be changed at will."""
    return tomllib.loads(DEFAULT_DESIGN_PATH.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real recordings."""
    folder = os.environ.get("EARLOOP_REAL_DATA")
    if not folder:
        pytest.skip("EARLOOP_REAL_DATA names no folder of real recordings")
    return Path(folder)


@pytest.fixture(scope="session")
def chromium():
    """A headless browser for all tests of pages: a process may run one Playwright alone."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
