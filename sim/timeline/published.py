"""Published ear and head-worn ExG platforms in this model: what their papers say, and what it says of them.

Only what was published goes in; each comparison says what had to be left out or assumed. The reverse also holds: a
figure that the model does not reach tells of parts that it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from earloop.sim.timeline.energy import energy, mean_power_w
from earloop.sim.timeline.hardware import LIPO_75_MAH, NRF52840_EARBUD, Afe, Battery
from earloop.sim.timeline.link import NO_FADING, BleLink
from earloop.sim.timeline.processes import Fate
from earloop.sim.timeline.simulate import simulate
from earloop.sim.timeline.stream import Stream

DURATION_S = 20.0

ADS1298 = Afe("ADS1298", 8, 8 * 0.75e-3, 0.005)  # SBAS459: 0.75 mW a channel, oscillator 0.5 % at 25 C
TWO_ADS1298 = Afe("two ADS1298", 16, 16 * 0.75e-3, 0.005, status_bytes=6)  # each has its own status word
NO_AFE = Afe("unknown", 2, 0.0, 0.0)
PR44 = Battery(635, 1.4)  # zinc-air, Energizer AC675 datasheet

BIOGAP = replace(NRF52840_EARBUD, name="BioGAP", afe=ADS1298)
BIOGAP_ULTRA = replace(NRF52840_EARBUD, name="BioGAP-Ultra", afe=TWO_ADS1298)
IN_EAR = replace(NRF52840_EARBUD, name="in-ear", afe=NO_AFE)

# 9 samples of 8 x 24 bits and 18 bytes of header and trailer: packets of 234 bytes, as BioGAP's later firmware has them
BIOGAP_STREAM = Stream("raw", 8, 1000.0, 1, 9, 234)
# 4 samples a packet of 234 bytes (github.com/pulp-bio/BioGAP), at a rate that no BLE connection carries
BIOGAP_ULTRA_STREAM = Stream("raw", 16, 4000.0, 1, 4, 234)
# 20 samples of 16 bits and a counter; docs.rs/idun
GUARDIAN_STREAM = Stream("raw", 1, 250.0, 1, 20, 44)


@dataclass(frozen=True)
class Comparison:
    """One published figure beside the model's, in the same unit; `note` says how the two differ in kind."""

    platform: str
    source: str
    quantity: str
    unit: str
    published: float
    modelled: float
    note: str

    @property
    def ratio(self) -> float:
        """Modelled over published."""
        return self.modelled / self.published


def compare_with_published(seed: int = 1) -> list[Comparison]:
    """Every comparison, each by a short run of the same model."""
    biogap = energy(simulate(BIOGAP, BIOGAP_STREAM, BleLink(), duration_s=DURATION_S, seed=seed))
    wide = BleLink(interval_s=0.4, packets_per_event=1000, fading=NO_FADING)
    saturated = simulate(BIOGAP_ULTRA, BIOGAP_ULTRA_STREAM, wide, duration_s=DURATION_S, seed=seed)
    guardian = simulate(IN_EAR, GUARDIAN_STREAM, BleLink(), duration_s=DURATION_S, seed=seed)
    in_ear = mean_power_w(IN_EAR, guardian.usage, DURATION_S)
    return [
        Comparison(
            "BioGAP", "arXiv 2307.01619", "energy a sample, streaming", "uJ", 3.6, biogap.sample_j * 1e6,
            "8 channels at 1 kSPS assumed (18.2 mW / 2.2 uJ make 8.3 kSPS); GAP9, accelerometer, PPG not modelled",
        ),
        Comparison(
            "BioGAP", "arXiv 2307.01619", "power", "mW", 18.2, biogap.total_w * 1e3,
            "the abstract names no mode for it; modelled streaming, at the assumed rate and without GAP9",
        ),
        Comparison(
            "BioGAP-Ultra", "arXiv 2508.13728", "most throughput", "Mbit/s", 1.4, saturated.throughput_bit_s / 1e6,
            "2M PHY, 251-byte packets, no errors, events of 0.4 s",
        ),
        Comparison(
            "GAPses", "arXiv 2406.07903", "life of 75 mAh", "h", 12.0, LIPO_75_MAH.hours(16.28e-3),
            "published as 'more than', at the published 16.28 mW; its GAP9 classifies on board and streams nothing",
        ),
        Comparison(
            "Guermandi 2022", "10.1109/EMBC48229.2022.9871874", "power, streaming", "mW", 4.0,
            sum(in_ear.values()) * 1e3, "radio, controller and supply alone, 1 channel at 250 SPS: AFE not published",
        ),
        Comparison(
            "Guermandi 2022", "10.1109/EMBC48229.2022.9871874", "life of a PR44", "h", 600.0, PR44.hours(1.3e-3),
            "at the published 1.3 mW on board: a check of the battery alone",
        ),
        Comparison(
            "IDUN Guardian", "docs.rs/idun", "packets a second", "1/s", 12.5,
            guardian.frames(Fate.DELIVERED) / DURATION_S, "20 samples a packet at 250 Hz; its power is not published",
        ),
    ]  # fmt: skip
