"""The paths of the live bench: its page, and the files that NiceGUI's page requests."""

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


def allowed_methods(scope: Scope) -> tuple[str, ...]:
    """Return the allowed methods for a path; empty for an unknown path.

    The path is compared as received: a path with escaped characters, or with `..`, is unknown.
    """
    path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
    if path == PAGE:
        return ("GET",)
    if path == SOCKET:
        return ("GET", "POST")
    segments = path.split("/")[1:]
    known = path == "/favicon.ico" or (_ASSETS.fullmatch(path) and not {"", ".", ".."} & set(segments))
    return _READ if known else ()
