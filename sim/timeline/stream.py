"""The earbud's streams: codes, band samples, or tokens, their frames, and the CPU's work for them.

A stream is a sequence of *blocks*. A block is the set of frames that become ready at the same time:

========  ====================================  ===============================================================
mode      a block                               a frame
========  ====================================  ===============================================================
raw       as many samples as fit                one CODES frame: 24-bit codes of all channels
bands     a tick                                one TICK frame for each channel: 32 bits of each band
tokens    a patch of ticks                      one TOKENS frame for each channel and band
========  ====================================  ===============================================================

Sizes are the largest of `earloop.spec.signal_messages` in `earloop.spec.framing`, with COBS and CRC.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from earloop.sim.timeline.checks import TimelineError, at_least, positive
from earloop.spec.design import Design
from earloop.spec.framing import Frame, encode_frame
from earloop.spec.messages import MessageType, Tap
from earloop.spec.signal_messages import Codes, Tick, Tokens, codes_per_frame

MODES = ("raw", "bands", "tokens")
"""What an earbud can send: the converter's codes, the bands, or the tokens."""

CHANNEL_TICK_INSTRUCTIONS = 5590 / 4  # with 12 bands; counted in QEMU, 4 channels, by `python -m bench firmware`
"""The instructions that the tokenizer takes for one channel in one tick."""
SAMPLE_INSTRUCTIONS = 120.0  # estimate: data-ready interrupt, start of the DMA, unpacking 4 codes
BYTE_INSTRUCTIONS = 12.0  # estimate: COBS, CRC-32 by table, and one copy


@dataclass(frozen=True, kw_only=True)
class BlockStream:
    """A sequence of blocks.

    Parameters
    ----------
    channels : electrodes in each sample
    rate_hz : rate of the converter
    tick_samples : samples that the CPU processes at a time; a block consists of whole ticks
    block_ticks : ticks in a block
    frame_bytes : bytes of a frame on the wire; all frames have the same size
    frames_per_block : frames in a block
    tick_instructions : instructions of the tokenizer for a tick, 0 if it does not run
    sample_instructions, byte_instructions : additional instructions for each sample and for each byte of frames
    """

    mode: str
    channels: int
    rate_hz: float
    tick_samples: int
    block_ticks: int
    frame_bytes: int
    frames_per_block: int = 1
    tick_instructions: float = 0.0
    sample_instructions: float = SAMPLE_INSTRUCTIONS
    byte_instructions: float = BYTE_INSTRUCTIONS

    def __post_init__(self) -> None:
        positive("sampling rate, Hz", self.rate_hz)
        for what, count in (
            ("channels", self.channels),
            ("samples in a tick", self.tick_samples),
            ("ticks in a block", self.block_ticks),
            ("bytes in a frame", self.frame_bytes),
            ("frames in a block", self.frames_per_block),
        ):
            at_least(what, count, 1)
        at_least("instructions in a tick", self.tick_instructions, 0)

    @property
    def block_samples(self) -> int:
        """Samples in a block."""
        return self.tick_samples * self.block_ticks

    @property
    def bit_s(self) -> float:
        """Bits of frames in a second."""
        return 8 * self.frame_bytes * self.frames_per_block * self.rate_hz / self.block_samples


def stream_of(design: Design, mode: str, tick_instructions: float | None = None) -> BlockStream:
    """Return the stream that an earbud of this design sends in a mode of `MODES`.

    `tick_instructions` are the instructions of the tokenizer for all channels; by default `CHANNEL_TICK_INSTRUCTIONS`
    for each.

    Raises
    ------
    TimelineError
        There is no such mode.
    """
    channels, bands = len(design.channels), len(design.bands)
    rate_hz, tick_samples = float(design.converter.rate_hz), design.decimator.factor
    if tick_instructions is None:
        tick_instructions = CHANNEL_TICK_INSTRUCTIONS * channels
    if mode == "raw":
        codes = np.full((codes_per_frame(channels, design.tokens.patch), channels), -1, np.int32)
        together = math.gcd(len(codes), tick_samples)
        return BlockStream(
            mode=mode,
            channels=channels,
            rate_hz=rate_hz,
            tick_samples=together,
            block_ticks=len(codes) // together,
            frame_bytes=_wire_bytes(MessageType.CODES, Codes(0, 0, codes).pack()),
        )
    if mode == "bands":
        tick = Tick(0, 0, Tap.BANDS, 0, np.full(bands, -1, np.int32))
        return BlockStream(
            mode=mode,
            channels=channels,
            rate_hz=rate_hz,
            tick_samples=tick_samples,
            block_ticks=1,
            frame_bytes=_wire_bytes(MessageType.TICK, tick.pack()),
            frames_per_block=channels,
            tick_instructions=tick_instructions,
        )
    if mode == "tokens":
        token = Tokens(0, 0, 0, 0, np.full(design.tokens.patch, -1, np.int16))
        return BlockStream(
            mode=mode,
            channels=channels,
            rate_hz=rate_hz,
            tick_samples=tick_samples,
            block_ticks=design.tokens.patch,
            frame_bytes=_wire_bytes(MessageType.TOKENS, token.pack()),
            frames_per_block=channels * bands,
            tick_instructions=tick_instructions,
        )
    raise TimelineError(f"mode {mode}: valid: {', '.join(MODES)}")


def _wire_bytes(kind: MessageType, payload: bytes) -> int:
    return len(encode_frame(Frame(kind, 0, payload)))
