"""A model of the TI ADS1299, ADS1299-6 and ADS1299-4 at the level of registers and clock cycles.

The datasheet is SBAS499C, January 2017.

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

part.py: the errors of all of these                   noise_table.py: table 1            daisy_chain.py: several chips

chip = Ads1299(inputs, channels=4, rng=np.random.default_rng(1))
chip.advance(0.2)                 # tPOR
chip.transfer(bytes([0x06]))      # RESET
chip.advance(cycles=18)
chip.transfer(bytes([0x11]))      # SDATAC: after a reset the chip is in RDATAC
"""

from earloop.lazy_names import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
