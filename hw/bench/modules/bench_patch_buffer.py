"""Bench of the patch buffer, against a dictionary of patches: packets, their order, masks, and `ready`."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cocotb

from earloop.hw.bench.modules.clocked import clock, start
from earloop.hw.bench.modules.instances import instances_of

ALL_BANDS = 0xFFFF
PATIENCE_CLOCKS = 20_000


@dataclass(frozen=True, kw_only=True)
class BufferSize:
    """The parameters of a patch buffer."""

    channels: int
    bands: int
    patch: int
    banks: int

    @property
    def packets(self) -> list[tuple[int, int]]:
        """The (channel, band) of a patch's packets, in their order."""
        return list(itertools.product(range(self.channels), range(self.bands)))


SIZES = {
    name: BufferSize(channels=size["CHANNELS"], bands=size["BANDS"], patch=size["PATCH"], banks=size["BANKS"])
    for name, size in instances_of("patch_buffer").items()
}


class PatchBufferTB:
    """A patch buffer whose source writes ticks and whose sink receives packets; both may pause.

    Parameters
    ----------
    gaps, stalls : share of the clocks without a token, and without tready
    masks : returns the mask of each clock
    """

    def __init__(
        self,
        dut: Any,
        size: BufferSize,
        seed: int,
        *,
        gaps: float = 0.3,
        stalls: float = 0.3,
        masks: Callable[[], int] = lambda: ALL_BANDS,
    ) -> None:
        self.dut, self.size = dut, size
        self._draw, self.gaps, self.stalls, self._masks = random.Random(seed), gaps, stalls, masks
        self._forget()

    async def begin(self) -> None:
        """Start the clock, and reset the module."""
        await start(self.dut, token_valid=0, token=0, band_mask=ALL_BANDS, m_axis_tready=0)

    async def reset(self) -> None:
        """Reset the module in its current state, and discard all records."""
        await clock(self.dut, rst=1, token_valid=0)
        self._forget()
        await clock(self.dut, rst=0, m_axis_tready=0)

    def _forget(self) -> None:
        self.written: list[list[int]] = []  # tokens of each tick, in the order of writing
        self.packets: list[tuple[int, list[int]]] = []  # tuser and tokens of each received packet
        self._words: list[int] = []
        self._waiting: tuple[int, int, int] | None = (
            None  # the word that was offered without tready: it must not change
        )

    def patch(self, number: int) -> dict[tuple[int, int], list[int]]:
        """Return the tokens of a whole patch, by channel and band."""
        size = self.size
        ticks = self.written[number * size.patch : (number + 1) * size.patch]
        return {(c, b): [tick[b * size.channels + c] for tick in ticks] for c, b in size.packets}

    async def clock(self, **inputs: int) -> None:
        """Advance one clock, and record the word that the sink receives."""
        dut, ready = self.dut, self._draw.random() >= self.stalls
        await clock(dut, **{"token_valid": 0, "band_mask": self._masks(), "m_axis_tready": int(ready), **inputs})
        if dut.m_axis_tvalid.value != 1:
            assert self._waiting is None, "a word disappeared before it was taken"
            return
        word = tuple(int(port.value) for port in (dut.m_axis_tdata, dut.m_axis_tlast, dut.m_axis_tuser))
        assert self._waiting in {None, word}, "a word changed before it was taken"
        self._waiting = None if ready else (word[0], word[1], word[2])
        if not ready:
            return
        self._words.append(word[0])
        if word[1]:
            self.packets.append((word[2], self._words))
            self._words = []

    async def ready(self) -> None:
        """Wait until a tick may be written."""
        for _ in range(PATIENCE_CLOCKS):
            if self.dut.ready.value == 1:
                return
            await self.clock()
        raise AssertionError(f"not ready within {PATIENCE_CLOCKS} clocks")

    async def write_tick(self, tokens: int | None = None) -> None:
        """Write a tick, for each band for each channel, or only its first `tokens` tokens."""
        await self.ready()
        tick = [self._draw.getrandbits(16) for _ in self.size.packets]
        for token in tick[:tokens]:
            while self._draw.random() < self.gaps:
                await self.clock(token=self._draw.getrandbits(16))
            await self.clock(token_valid=1, token=token)
        await self.clock()  # `ready` is valid in the clock after
        self.written.append(tick)

    async def write_patch(self) -> None:
        """Write the ticks of a patch."""
        for _ in range(self.size.patch):
            await self.write_tick()

    async def drain(self, packets: int) -> None:
        """Wait until `packets` packets are received, and assert that no more follow."""
        for _ in range(PATIENCE_CLOCKS):
            if len(self.packets) >= packets:
                break
            await self.clock()
        for _ in range(2 * len(self.size.packets) + 8):
            await self.clock()
        assert len(self.packets) == packets
        assert not self._words

    def expect(self, masks: list[int]) -> None:
        """Assert that the packets so far are those that the masks enable, one mask for each patch, in their order."""
        wanted = []
        for number, mask in enumerate(masks):
            patch = self.patch(number)
            wanted += [(c << 4 | b, patch[c, b]) for c, b in self.size.packets if mask >> b & 1]
        assert self.packets == wanted


@cocotb.test()
@cocotb.parametrize(name=list(SIZES), pace=[(0.0, 0.0), (0.0, 0.5), (0.6, 0.0), (0.3, 0.9)])
async def every_patch_leaves_in_packets(dut: Any, name: str, pace: tuple[float, float]) -> None:
    """Source and sink are fast or slow."""
    size, (gaps, stalls) = SIZES[name], pace
    tb = PatchBufferTB(dut[name], size, 1, gaps=gaps, stalls=stalls)
    await tb.begin()
    patches = 5 if size.patch < 255 else 2
    for _ in range(patches):
        await tb.write_patch()
    await tb.drain(patches * len(size.packets))
    tb.expect([ALL_BANDS] * patches)


@cocotb.test()
@cocotb.parametrize(name=[name for name, size in SIZES.items() if size.patch > 1])  # a single word leaves its bank
async def it_is_ready_for_as_many_patches_as_it_has_banks(dut: Any, name: str) -> None:
    """The sink takes nothing at first; after a patch is sent, the buffer is ready again."""
    size = SIZES[name]
    tb = PatchBufferTB(dut[name], size, 2, gaps=0.0, stalls=1.0)
    await tb.begin()
    for _ in range(size.banks):
        await tb.write_patch()
    for _ in range(50):
        await tb.clock()
        assert tb.dut.ready.value == 0
    tb.stalls = 0.0
    await tb.write_patch()
    await tb.drain((size.banks + 1) * len(size.packets))
    tb.expect([ALL_BANDS] * (size.banks + 1))


@cocotb.test()
@cocotb.parametrize(name=list(SIZES))
async def a_sink_that_never_stalls_receives_a_word_in_every_clock(dut: Any, name: str) -> None:
    """The words begin three clocks after the patch's last token, without a gap between packets."""
    size = SIZES[name]
    tb = PatchBufferTB(dut[name], size, 3, gaps=0.0, stalls=0.0)
    await tb.begin()
    await tb.write_patch()
    assert tb.dut.m_axis_tvalid.value == 0
    await tb.clock()
    assert tb.dut.m_axis_tvalid.value == 0
    words = size.patch * len(size.packets)
    for _ in range(words):
        await tb.clock()
        assert tb.dut.m_axis_tvalid.value == 1
    await tb.clock()
    assert tb.dut.m_axis_tvalid.value == 0
    tb.expect([ALL_BANDS])


@cocotb.test()
@cocotb.parametrize(name=list(SIZES))
async def a_mask_applies_to_the_patches_that_are_complete_under_it(dut: Any, name: str) -> None:
    """The masks enable no band, one, all, and some; each mask stays until its patch is sent."""
    size, mask = SIZES[name], [0]
    tb = PatchBufferTB(dut[name], size, 4, masks=lambda: mask[0])
    await tb.begin()
    masks = [0, 1, 1 << size.bands - 1, ALL_BANDS, 0x5AA5, ALL_BANDS ^ 1, 0, 0xA55A]
    masks = masks if size.patch < 255 else masks[1:4]
    packets = 0
    for mask[0] in masks:
        await tb.write_patch()
        packets += sum(mask[0] >> band & 1 for _, band in size.packets)
        await tb.drain(packets)
    tb.expect(masks)


@cocotb.test()
@cocotb.parametrize(name=["patch_buffer_two_banks", "patch_buffer_one_bank", "patch_buffer_widest"])
async def a_mask_that_changes_in_every_clock_splits_no_patch(dut: Any, name: str) -> None:
    """For each channel of a patch the same bands are sent, complete and in order."""
    size, draw = SIZES[name], random.Random(5)
    tb = PatchBufferTB(dut[name], size, 5, masks=lambda: draw.getrandbits(16))
    await tb.begin()
    patches = 40 if size.bands < 16 else 6
    for _ in range(patches):
        await tb.write_patch()
    for _ in range(40 * len(size.packets)):
        await tb.clock()
    left = list(tb.packets)
    seen = 0
    for number in range(patches):
        patch = tb.patch(number)
        places = [(c, b) for c, b in size.packets if left and (c << 4 | b, patch[c, b]) == left[0] and left.pop(0)]
        bands = {channel: {b for c, b in places if c == channel} for channel in range(size.channels)}
        assert all(sent == bands[0] for sent in bands.values())
        seen += 0 < len(bands[0]) < size.bands
    assert not left
    assert seen > patches / 2


@cocotb.test()
@cocotb.parametrize(name=list(SIZES))
async def a_reset_at_any_moment_clears_the_buffer(dut: Any, name: str) -> None:
    """Resets occur within a tick, a patch and a packet, and while a word is offered."""
    size, draw = SIZES[name], random.Random(6)
    tb = PatchBufferTB(dut[name], size, 6)
    await tb.begin()
    for stalls in (0.0, 0.3, 1.0) if size.patch < 255 else (0.3,):
        for _ in range(4 if size.patch < 255 else 1):
            tb.stalls = 0.3
            await tb.write_patch()
            tb.stalls = stalls
            for _ in range(draw.randrange(12)):
                await tb.clock()
            if tb.dut.ready.value == 1:
                await tb.write_tick(draw.randrange(len(size.packets)))
            await tb.reset()
            tb.stalls = 0.3
            await tb.write_patch()
            await tb.drain(len(size.packets))
            tb.expect([ALL_BANDS])
            await tb.reset()
