"""The answer of a Cyton to `?`: the registers of its ADS1299, then those of its accelerometer.

The text is that of `printAllRegisters` of OpenBCI_32bit_Library.cpp, firmware v3.1.2. The LIS3DH is not simulated; its
registers have the values written by the firmware's `initialize_accel`, or the defaults of its datasheet.
"""

from __future__ import annotations

from earloop.hil.interop.cyton_ads import CHANNELS, CytonAds

ADS_NAMES = (
    *("ADS_ID", "CONFIG1", "CONFIG2", "CONFIG3", "LOFF"),
    *(f"CH{channel + 1}SET" for channel in range(CHANNELS)),
    *("BIAS_SENSP", "BIAS_SENSN", "LOFF_SENSP", "LOFF_SENSN", "LOFF_FLIP", "LOFF_STATP", "LOFF_STATN"),
    *("GPIO", "MISC1", "MISC2", "CONFIG4"),
)
LIS3DH = {0x0F: 0x33, 0x20: 0x08, 0x23: 0x18}  # WHO_AM_I; CTRL_REG1, low power; CTRL_REG4, 4 g and high resolution
LIS3DH_BLOCKS = (range(0x07, 0x10), range(0x1F, 0x34), range(0x38, 0x3E))


def register_dump(ads: CytonAds) -> str:
    """Return the whole answer."""
    lines = ["", "Board ADS Registers"]
    for address, name in enumerate(ADS_NAMES):
        value = ads.read(address)
        lines.append(", ".join((name, f"{address:02X}", f"{value:02X}", *f"{value:08b}")))
    lines += ["", "LIS3DH Registers"]
    blocks = ["".join(f"0x{a:02X} {LIS3DH.get(a, 0):02X}\n" for a in block) for block in LIS3DH_BLOCKS]
    return "\n".join(lines) + "\n" + "\n".join(blocks) + "$$$"
