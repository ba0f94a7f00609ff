"""The names that a package hands out: each is imported when it is first used.

This module belongs to no room, so that a package loads none before one of its names is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lazy_loader


def attach_stub(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of a package whose stub, `__init__.pyi`, lists its names.

    A name that needs an extra raises MissingExtraError where the extra is not installed.
    """
    load, listed, names = lazy_loader.attach_stub(package, file)

    def found(name: str) -> Any:
        try:
            return load(name)
        except ModuleNotFoundError:
            from earloop.spec.errors import naming_extras

            with naming_extras():
                raise

    return found, listed, names
