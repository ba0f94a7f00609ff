"""The TI ADS1299 and ADS1299-4, register for register and clock for clock (datasheet SBAS499C, January 2017).

                        registers.py         serial.py: commands, output register
                             |                     |
inputs.py   electrodes.py    |   channel.py        |   conversion.py         chip.py
+-------+   +------------+   v   +-----------+     |   +----------------+    +----------+
| IN1P  |-->| bias drive |  mux  | offset    |     +-->| sinc3, settles |--->| frame    |<-- CS SCLK DIN
| ...   |   | loading    |------>| PGA clips |-------->| + noise, code  |    | DRDY     |--> DOUT DRDY
| SRB2  |   | lead-off   |   ^   | reference |         +----------------+    | power    |<-- START RESET PWDN
+-------+   +------------+   |   +-----------+           ^ clock.py          +----------+
             lead_off.py     |                           sequencer.py: START, STOP, DRDY
                      test signal, temperature, supply

part.py: what is not ideal in all of these            noise_table.py: table 1

chip = Ads1299(inputs, channels=4, rng=np.random.default_rng(1))
chip.advance(0.2)                 # tPOR
chip.transfer(bytes([0x06]))      # RESET
chip.advance(cycles=18)
chip.transfer(bytes([0x11]))      # SDATAC: it wakes in RDATAC
"""

from sim.ads1299.chip import Ads1299, Ads1299Error
from sim.ads1299.clock import Clock, sample_cycles
from sim.ads1299.conversion import settle_cycles
from sim.ads1299.inputs import OPEN, FunctionInputs, Inputs, SampledInputs, Source
from sim.ads1299.lead_off import CURRENTS_A, estimate_impedance_ohm
from sim.ads1299.noise_table import GAINS, NOISE_UV_RMS, noise_uv_rms
from sim.ads1299.part import Board, Part
from sim.ads1299.registers import Mux, Register
from sim.ads1299.serial import Counts, Opcode

__all__ = [
    "CURRENTS_A",
    "GAINS",
    "NOISE_UV_RMS",
    "OPEN",
    "Ads1299",
    "Ads1299Error",
    "Board",
    "Clock",
    "Counts",
    "FunctionInputs",
    "Inputs",
    "Mux",
    "Opcode",
    "Part",
    "Register",
    "SampledInputs",
    "Source",
    "estimate_impedance_ohm",
    "noise_uv_rms",
    "sample_cycles",
    "settle_cycles",
]
