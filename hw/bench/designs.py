"""The designs that the RTL is tested with, from the smallest to the largest that a design file allows."""

from __future__ import annotations

from earloop.spec.design import Design
from earloop.spec.variants import vary_reference

DESIGNS: dict[str, Design] = {
    "reference": vary_reference(),
    # One channel, no notch: the sequencer has an idle lane, and notched samples equal decimated samples.
    "one_channel": vary_reference(
        electrodes={"left": ["T7"], "right": [], "reference": ["T8"]}, notch={"mains_hz": 0}, tokens={"patch": 10}
    ),
    # 250 SPS: no decimation, a single tap, no high-pass band.
    "undecimated": vary_reference(converter={"rate_hz": 250}, decimator={"factor": 1}, tokens={"patch": 10}),
    # Short patches and few taps, so that a run has many patches.
    "small": vary_reference(
        electrodes={"left": ["T7"], "right": ["T8"], "reference": ["Cz"]},
        decimator={"taps": 31},
        tokens={"patch": 5},
        bands=["eeg_alpha", "eeg_gamma", "emg_high"],
    ),
    # The largest numbers of channels and bands.
    "largest": vary_reference(
        electrodes={
            "left": ["T7", "T9", "C3", "P7"],
            "right": ["T8", "T10", "C4", "P8"],
            "reference": ["TP9", "TP10"],
        },
        decimator={"taps": 61},
        tokens={"patch": 4},
        more_bands=[
            {"name": f"more_{i}", "low_hz": 5.0 + i, "high_hz": 20.0 + 2 * i, "range_uv": 900.0} for i in range(4)
        ],
    ),
    # Other widths: operands too wide for four multipliers, a mirrored notch.
    "few_bits": vary_reference(
        fixed_point={"error_bits": 1, "min_sqnr_db": 10.0, "band_guard_bits": 10},
        notch={"mains_hz": 60},
        tokens={"patch": 3},
        bands=["eeg_delta", "emg_high", "ecg_lf"],
    ),
    # One band, and an odd number of channels.
    "one_band": vary_reference(
        electrodes={"left": ["T7", "T9"], "right": ["T8"], "reference": ["TP9", "TP10"]},
        decimator={"taps": 15},
        tokens={"patch": 7},
        bands=["eeg_beta"],
    ),
    # Patches of one sample: each packet is one word.
    "shortest_patch": vary_reference(tokens={"patch": 1}, decimator={"taps": 21}, bands=["eeg_theta", "ecg_qrs"]),
    "longest_patch": vary_reference(
        electrodes={"left": ["T7"], "right": ["T8"], "reference": ["Cz"]},
        decimator={"taps": 21},
        tokens={"patch": 255},
        bands=["eeg_alpha", "emg_mid"],
    ),
    # All bands, so that each kind of section has the widest and the narrowest mantissas.
    "wide_coefficients": vary_reference(
        fixed_point={"coefficient_bits": 18}, decimator={"taps": 41}, tokens={"patch": 6}
    ),
    "narrow_coefficients": vary_reference(
        fixed_point={"coefficient_bits": 8, "min_sqnr_db": 10.0},
        decimator={"taps": 41, "tap_bits": 8},
        tokens={"patch": 6},
    ),
    "half_the_error_bits": vary_reference(
        fixed_point={"error_bits": 8, "min_sqnr_db": 40.0},
        notch={"mains_hz": 60},
        decimator={"taps": 41},
        tokens={"patch": 6},
    ),
    # No fraction bits below the code: nothing is rounded before the notch, and a token is as coarse as a code.
    "no_guard_bits": vary_reference(
        fixed_point={"input_guard_bits": 0, "band_guard_bits": 0}, decimator={"taps": 41}, tokens={"patch": 6}
    ),
    "most_guard_bits": vary_reference(fixed_point={"band_guard_bits": 16}, decimator={"taps": 41}, tokens={"patch": 6}),
    "no_notch": vary_reference(notch={"mains_hz": 0}, decimator={"taps": 41}, tokens={"patch": 6}),
    # The largest numbers of taps and factor: a history of more than 1024 places.
    "most_taps": vary_reference(
        converter={"rate_hz": 16000},
        decimator={"factor": 80, "taps": 1023},
        tokens={"patch": 3},
        bands=["eeg_delta", "eeg_gamma"],
    ),
    # The buffer holds one patch: the tick after a patch waits until the patch is sent.
    "one_bank": vary_reference(
        electrodes={"left": ["T7"], "right": ["T8"], "reference": ["Cz"]},
        decimator={"taps": 31},
        tokens={"patch": 4},
        bands=["eeg_alpha", "eeg_gamma", "emg_high"],
    ),
}

# Parameters of the top module that differ from their defaults.
PARAMETERS: dict[str, dict[str, int]] = {"one_bank": {"PATCH_BANKS": 1}}
