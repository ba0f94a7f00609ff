"""A power-up and an acquisition as a logic analyser would show them, replayed byte by byte.

The sequence is that of the datasheet's flow chart (figure 67 of SBAS499C) for a host whose SCLK runs at 4 MHz: power,
tPOR, RESET, SDATAC, the reference, registers and their reading back, the shorted inputs, then the test signal.
"""

import numpy as np

from earloop.sim.ads1299 import Ads1299, ChipErrors, FunctionInputs

BYTE_S = 2e-6
TEST_CODE = round(2**23 / 2400)  # VREF / 2400 at a gain of 1 (section 9.6.1.3), whose full scale is VREF

# On the left what the host does, bytes on DIN in hex; on the right what DOUT answers. Times in ms.
TRACE = """
wait 128.5
reset low
wait 0.002
reset high
wait 0.02
11                                 | 00
wait 0.01
20 00 00                           | 00 00 3e
43 00 e0                           | 00 00 00
wait 200
41 01 96 c0                        | 00 00 00 00
41 00 94                           | 00 00 00
45 07 01 01 01 01 01 01 01 01      | 00 00 00 00 00 00 00 00 00 00
21 02 00 00 00                     | 00 00 94 c0 e0
25 07 00 00 00 00 00 00 00 00      | 00 00 01 01 01 01 01 01 01 01
start high
10                                 | 00
drdy 4.004
frame 0
drdy 1
frame 0
drdy 1
frame 0
11                                 | 00
wait 0.01
42 00 d3                           | 00 00 00
45 07 05 05 05 05 05 05 05 05      | 00 00 00 00 00 00 00 00 00 00
22 00 00                           | 00 00 d3
10                                 | 00
wait 4.1
frame any
drdy
frame test
drdy 1
frame test
11                                 | 00
wait 0.01
0a                                 | 00
wait 5
12 00 00 00                        | 00 c0 00 00
"""


class Replay:
    """Does line by line what the trace says, and holds the chip to its answers."""

    def __init__(self, chip):
        self.chip = chip
        self.ready_at_s = 0.0
        self.frames = 0

    def step(self, line):
        words = line.split()
        if words[0] in ("reset", "start"):
            (self.chip.set_reset if words[0] == "reset" else self.chip.set_start)(words[1] == "high")
            self.ready_at_s = self.chip.time_s
        elif words[0] == "wait":
            self.chip.advance(1e-3 * float(words[1]))
        elif words[0] == "drdy":
            self.await_drdy(*(1e-3 * float(word) for word in words[1:]))
        elif words[0] == "frame":
            self.read_frame(words[1])
        else:
            din, _, dout = line.partition("|")
            assert self.chip.transfer(bytes.fromhex(din), byte_s=BYTE_S) == bytes.fromhex(dout), line

    def await_drdy(self, since_s=None):
        """Poll every microsecond, as a host without interrupts does; `since_s` after the last one, or after START."""
        while self.chip.drdy:
            self.chip.advance(1e-6)
        if since_s is not None:
            assert abs(self.chip.time_s - self.ready_at_s - since_s) < 5e-6
        self.ready_at_s = self.chip.time_s

    def read_frame(self, wanted):
        frame = self.chip.transfer(bytes(27), byte_s=BYTE_S)
        assert frame[:3] == b"\xc0\x00\x00"
        codes = [int.from_bytes(frame[i : i + 3], "big", signed=True) for i in range(3, 27, 3)]
        if wanted != "any":
            assert codes == [{"0": 0, "test": -TEST_CODE}[wanted]] * 8
        self.frames += 1


def test_a_power_up_and_an_acquisition_give_what_the_datasheet_says():
    chip = Ads1299(FunctionInputs(), part=ChipErrors.ideal(), rng=np.random.default_rng(0))
    replay = Replay(chip)
    lines = [line for line in TRACE.splitlines() if line]
    for line in lines:
        replay.step(line)
    assert replay.frames == sum(line.startswith("frame") for line in lines)
    counts = vars(chip.counts)
    assert counts.pop("unread_frames") > 0  # while the test signal settled, and after the stop, no one read
    assert not any(counts.values())
