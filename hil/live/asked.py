"""What a request says of itself, none of it trusted: of which host, by a page of which site, with which cookies."""

from __future__ import annotations

import ipaddress
import re

from starlette.datastructures import Headers

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[0-9A-Za-z_][0-9A-Za-z_.-]{0,252})(?P<port>:[0-9]{1,5})?")


def is_loopback(host: str) -> bool:
    """Whether a host's name or address, which may stand in brackets, can only be this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def named_host(headers: Headers) -> str | None:
    """The Host of a request, with its port if it names one; None where it is malformed, or not there once."""
    hosts = headers.getlist("host")
    return hosts[0] if len(hosts) == 1 and _HOST.fullmatch(hosts[0]) else None


def without_port(host: str) -> str:
    """The name or address of a well-formed host."""
    match = _HOST.fullmatch(host)
    return match["name"] if match else ""


def is_of_another_site(headers: Headers) -> bool:
    """Whether a page of another site had a browser ask.

    Browsers say so by Origin, and by Sec-Fetch-Site where they leave Origin out (Fetch Metadata, W3C). Another port of
    this machine is the same site to them: from there a person may come by a link, and nobody else.
    """
    host = headers.get("host", "")
    if any(origin not in (f"http://{host}", f"https://{host}") for origin in headers.getlist("origin")):
        return True
    site = headers.get("sec-fetch-site", "none")
    by_a_link = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return site not in ("none", "same-origin") and not (site == "same-site" and by_a_link)


def offered(headers: Headers, cookie: str) -> list[str]:
    """All values of a cookie. What else other programs of this host have left there is passed over, however odd."""
    pairs = (pair.strip().partition("=") for line in headers.getlist("cookie") for pair in line.split(";"))
    return [value for name, _, value in pairs if name == cookie]
