"""The host, site and cookies in a request's headers, none of which is trusted."""

from __future__ import annotations

import ipaddress
import re

from starlette.datastructures import Headers

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z_][0-9A-Za-z_.-]{0,252})(?P<port>:[0-9]{1,5})?")


def is_loopback(host: str) -> bool:
    """Return whether a host's name or address, with or without brackets, can only be this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def named_host(headers: Headers) -> str | None:
    """Return the Host of a request, with its port if it has one; None if it is malformed, missing or repeated."""
    hosts = headers.getlist("host")
    return hosts[0] if len(hosts) == 1 and _HOST.fullmatch(hosts[0]) else None


def without_port(host: str) -> str:
    """Return the name or address of a well-formed host."""
    match = _HOST.fullmatch(host)
    return match["name"] if match else ""


def is_cross_site(headers: Headers) -> bool:
    """Return whether a page of another site caused the request.

    Browsers show this by Origin, and without Origin by Sec-Fetch-Site (Fetch Metadata, W3C). For them another port of
    this machine is the same site: from there, only following a link is allowed.
    """
    host = headers.get("host", "")
    if any(origin not in (f"http://{host}", f"https://{host}") for origin in headers.getlist("origin")):
        return True
    site = headers.get("sec-fetch-site", "none")
    by_a_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return site not in ("none", "same-origin") and not (site == "same-site" and by_a_link)


def cookie_values(headers: Headers, cookie: str) -> list[str]:
    """Return all values of a cookie; any other cookies of this host are ignored."""
    pairs = (pair.strip().partition("=") for line in headers.getlist("cookie") for pair in line.split(";"))
    return [value for name, _, value in pairs if name == cookie]
