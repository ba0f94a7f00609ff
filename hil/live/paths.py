"""What there is to ask the live bench for: one page, and what NiceGUI's page asks for in turn."""

from __future__ import annotations

import re

from nicegui import __version__
from starlette.types import Scope

PAGE = "/"
SOCKET = "/_nicegui_ws/socket.io/"
_ASSETS = re.compile(
    rf"/_nicegui/{re.escape(__version__)}/(static|libraries|components|resources|dynamic_resources|esm)/[0-9A-Za-z_@.+~:/-]+"
)
_READ = ("GET", "HEAD")


def methods_of(scope: Scope) -> tuple[str, ...]:
    """How a path may be asked for; empty where there is none.

    The path as it came counts: one in which something is escaped is none of these, nor one that climbs.
    """
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    if path == PAGE:
        return ("GET",)
    if path == SOCKET:
        return ("GET", "POST")
    segments = path.split("/")[1:]
    known = path == "/favicon.ico" or (_ASSETS.fullmatch(path) and not {"", ".", ".."} & set(segments))
    return _READ if known else ()
