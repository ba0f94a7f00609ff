"""Comparison of this model with the published figures of ear-worn and head-worn ExG platforms.

Only published values enter; each comparison says what is omitted or assumed. If the model does not reach a published
figure, the platform probably has parts that are not in the model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from earloop.sim.timeline.energy import energy, mean_power_w
from earloop.sim.timeline.hardware import LIPO_75_MAH, NRF52840_EARBUD, Afe, Battery
from earloop.sim.timeline.link import NO_FADING, BleLink
from earloop.sim.timeline.processes import FrameFate
from earloop.sim.timeline.simulate import simulate
from earloop.sim.timeline.stream import BlockStream

DURATION_S = 20.0

# SBAS459: 0.75 mW a channel, oscillator 0.5 % at 25 C
ADS1298 = Afe(name="ADS1298", chip_channels=8, power_w=8 * 0.75e-3, oscillator_tolerance=0.005)
TWO_ADS1298 = Afe(
    name="two ADS1298",
    chip_channels=16,
    power_w=16 * 0.75e-3,
    oscillator_tolerance=0.005,
    status_bytes=6,  # one status word for each
)
NO_AFE = Afe(name="unknown", chip_channels=2, power_w=0.0, oscillator_tolerance=0.0)
PR44 = Battery(635, 1.4)  # zinc-air, Energizer AC675 datasheet

BIOGAP = replace(NRF52840_EARBUD, name="BioGAP", afe=ADS1298)
BIOGAP_ULTRA = replace(NRF52840_EARBUD, name="BioGAP-Ultra", afe=TWO_ADS1298)
IN_EAR = replace(NRF52840_EARBUD, name="in-ear", afe=NO_AFE)

# 9 samples of 8 x 24 bits and 18 bytes of header and trailer: packets of 234 bytes, as in BioGAP's later firmware
BIOGAP_STREAM = BlockStream(mode="raw", channels=8, rate_hz=1000.0, tick_samples=1, block_ticks=9, frame_bytes=234)
# 4 samples in a packet of 234 bytes (github.com/pulp-bio/BioGAP), at a rate above every BLE connection's capacity
BIOGAP_ULTRA_STREAM = BlockStream(
    mode="raw", channels=16, rate_hz=4000.0, tick_samples=1, block_ticks=4, frame_bytes=234
)
# 20 samples of 16 bits and a counter; docs.rs/idun
GUARDIAN_STREAM = BlockStream(mode="raw", channels=1, rate_hz=250.0, tick_samples=1, block_ticks=20, frame_bytes=44)


@dataclass(frozen=True, kw_only=True)
class PublishedFigure:
    """A published figure and the model's, in the same unit; `note` says what differs between the two."""

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


def compare_with_published(seed: int = 1) -> list[PublishedFigure]:
    """Return all comparisons, each from a short run of the model."""
    biogap = energy(simulate(BIOGAP, BIOGAP_STREAM, BleLink(), duration_s=DURATION_S, seed=seed))
    wide = BleLink(interval_s=0.4, packets_per_event=1000, fading=NO_FADING)
    saturated = simulate(BIOGAP_ULTRA, BIOGAP_ULTRA_STREAM, wide, duration_s=DURATION_S, seed=seed)
    guardian = simulate(IN_EAR, GUARDIAN_STREAM, BleLink(), duration_s=DURATION_S, seed=seed)
    in_ear = mean_power_w(IN_EAR, guardian.usage, DURATION_S)
    return [
        PublishedFigure(
            platform="BioGAP",
            source="arXiv 2307.01619",
            quantity="energy a sample, streaming",
            unit="uJ",
            published=3.6,
            modelled=biogap.sample_j * 1e6,
            note="8 channels at 1 kSPS assumed (18.2 mW / 2.2 uJ make 8.3 kSPS); GAP9, accelerometer, PPG not modelled",
        ),
        PublishedFigure(
            platform="BioGAP",
            source="arXiv 2307.01619",
            quantity="power",
            unit="mW",
            published=18.2,
            modelled=biogap.total_w * 1e3,
            note="the abstract names no mode for it; modelled streaming, at the assumed rate and without GAP9",
        ),
        PublishedFigure(
            platform="BioGAP-Ultra",
            source="arXiv 2508.13728",
            quantity="most throughput",
            unit="Mbit/s",
            published=1.4,
            modelled=saturated.throughput_bit_s / 1e6,
            note="2M PHY, 251-byte packets, no errors, events of 0.4 s",
        ),
        PublishedFigure(
            platform="GAPses",
            source="arXiv 2406.07903",
            quantity="life of 75 mAh",
            unit="h",
            published=12.0,
            modelled=LIPO_75_MAH.hours(16.28e-3),
            note="published as 'more than', at the published 16.28 mW; "
            "its GAP9 classifies on board and streams nothing",
        ),
        PublishedFigure(
            platform="Guermandi 2022",
            source="10.1109/EMBC48229.2022.9871874",
            quantity="power, streaming",
            unit="mW",
            published=4.0,
            modelled=sum(in_ear.values()) * 1e3,
            note="radio, controller and supply alone, 1 channel at 250 SPS: AFE not published",
        ),
        PublishedFigure(
            platform="Guermandi 2022",
            source="10.1109/EMBC48229.2022.9871874",
            quantity="life of a PR44",
            unit="h",
            published=600.0,
            modelled=PR44.hours(1.3e-3),
            note="at the published 1.3 mW on board: a check of the battery alone",
        ),
        PublishedFigure(
            platform="IDUN Guardian",
            source="docs.rs/idun",
            quantity="packets a second",
            unit="1/s",
            published=12.5,
            modelled=guardian.frames(FrameFate.DELIVERED) / DURATION_S,
            note="20 samples a packet at 250 Hz; its power is not published",
        ),
    ]
