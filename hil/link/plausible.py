"""Checks of an earbud's messages against the design whose hash it reports; a contradiction is an error."""

from __future__ import annotations

from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.messages import Hello, Status


def check_hello(hello: Hello, design_hash: bytes, design: Design) -> None:
    """Refuse an earbud with another design hash than `design_hash`, or with other sizes than the design.

    Raises
    ------
    LinkError
        The values differ; the message names both.
    """
    if hello.design_hash != design_hash:
        raise LinkError(
            f"design hash differs: the earbud was built for {hello.design_hash.hex()}, the host uses "
            f"{design_hash.hex()}; build and flash that design"
        )
    sizes = {
        "channels": len(design.channels),
        "bands": len(design.bands),
        "patch": design.tokens.patch,
        "samples_per_frame": design.link.samples_per_frame,
        "credit_frames": design.link.credit_frames,
    }
    for name, wanted in sizes.items():
        if (reported := getattr(hello, name)) != wanted:
            raise LinkError(
                f"HELLO reports {name} = {reported}, the design with its hash has {wanted}: build and flash that design"
            )


def check_credit(status: Status, design: Design) -> int:
    """Return the credit of a STATUS: the index of the first sample that may not be sent yet.

    Raises
    ------
    LinkError
        The credit exceeds the earbud's buffer.
    """
    holds = design.link.samples_per_frame * design.link.credit_frames
    if status.credit - status.received > holds:
        raise LinkError(
            f"the earbud grants samples up to {status.credit} and has taken {status.received}: "
            f"its buffer holds {holds}, by the design"
        )
    return status.credit
