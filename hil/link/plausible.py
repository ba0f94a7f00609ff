"""What an earbud says of itself, held against the design whose hash it names: one that contradicts it is refused."""

from __future__ import annotations

from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.messages import Hello, Status


def check_hello(hello: Hello, design_hash: bytes, design: Design) -> None:
    """Refuse an earbud of another design hash than the one wanted, or of other sizes than the design has.

    Raises
    ------
    LinkError
        Names what the earbud says and what the host holds.
    """
    if hello.design_hash != design_hash:
        raise LinkError(
            f"design hash differs: the earbud was built for {hello.design_hash.hex()}, the host holds "
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
        if (said := getattr(hello, name)) != wanted:
            raise LinkError(f"HELLO says {name} = {said}, the design that it names has {wanted}: flash a build of it")


def check_credit(status: Status, design: Design) -> int:
    """The credit of a STATUS, the first sample that may not be sent yet.

    Raises
    ------
    LinkError
        It is more than the earbud's buffer holds.
    """
    holds = design.link.samples_per_frame * design.link.credit_frames
    if status.credit - status.received > holds:
        raise LinkError(
            f"the earbud grants samples up to {status.credit} and has taken {status.received}: "
            f"its buffer holds {holds}, by the design"
        )
    return status.credit
