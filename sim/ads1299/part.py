"""One real chip and its board: the deviations from the ideal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_CHANNELS = 8
# SBAS499C, section 7.5. A typical value is taken as one standard deviation, a range as uniform.
GAIN_ERROR, GAIN_ERROR_MAX = 0.001, 0.005
GAIN_MATCH = 0.002  # largest difference among eight channels: 2.85 standard deviations
GAIN_DRIFT_PER_C = 3e-6
OFFSET_V, OFFSET_DRIFT_V_PER_C = 60e-6, 80e-9
CMRR_DB = (110.0, 120.0)  # least, typical
INPUT_BIAS_A = 300e-12
INPUT_OHM, INPUT_FARAD = 1e9, 20e-12
VREF_ERROR, VREF_DRIFT_PER_C = 0.002, 35e-6
LEAD_OFF_CURRENT_ERROR = 0.20
COMPARATOR_ERROR_V = 0.030
TEST_SIGNAL_ERROR = 0.02
SUPPLY_READING_ERROR = 0.02


@dataclass(frozen=True, kw_only=True)
class ChipErrors:
    """The errors of one chip; arrays are float64 [8 channels] or [2 sides, 8 channels], P before N.

    `noise` scales the noise of table 1: 1 for a real part, 0 for the ideal one. `common_mode` is the differential
    voltage by which a common-mode voltage of 1 V appears: 1 / CMRR, with a sign.
    """

    gain_error: NDArray[np.float64]
    gain_drift_per_c: NDArray[np.float64]
    offset_v: NDArray[np.float64]
    offset_drift_v_per_c: NDArray[np.float64]
    common_mode: NDArray[np.float64]
    input_bias_a: NDArray[np.float64]
    comparator_error_v: NDArray[np.float64]
    vref_error: float = 0.0
    vref_drift_per_c: float = 0.0
    lead_off_current_error: float = 0.0
    test_signal_error: float = 0.0
    supply_reading_error: float = 0.0
    noise: float = 1.0

    @classmethod
    def ideal(cls) -> ChipErrors:
        """Return a part without errors and without noise."""
        channels, sides = np.zeros(MAX_CHANNELS), np.zeros((2, MAX_CHANNELS))
        return cls(
            gain_error=channels,
            gain_drift_per_c=channels,
            offset_v=channels,
            offset_drift_v_per_c=channels,
            common_mode=channels,
            input_bias_a=sides,
            comparator_error_v=sides,
            noise=0.0,
        )

    @classmethod
    def draw(cls, rng: np.random.Generator) -> ChipErrors:
        """Draw the errors of a real part."""
        n, sides = MAX_CHANNELS, (2, MAX_CHANNELS)
        match = GAIN_MATCH / 2.85
        common_gain = rng.normal(0, np.sqrt(GAIN_ERROR**2 - match**2))
        gain_error = np.clip(common_gain + rng.normal(0, match, n), -GAIN_ERROR_MAX, GAIN_ERROR_MAX)
        return cls(
            gain_error=gain_error,
            gain_drift_per_c=rng.normal(0, GAIN_DRIFT_PER_C, n),
            offset_v=rng.normal(0, OFFSET_V, n),
            offset_drift_v_per_c=rng.normal(0, OFFSET_DRIFT_V_PER_C, n),
            common_mode=rng.choice([-1, 1], n) * 10 ** (-rng.uniform(*CMRR_DB, n) / 20),
            input_bias_a=rng.uniform(-INPUT_BIAS_A, INPUT_BIAS_A, sides),
            comparator_error_v=rng.uniform(-COMPARATOR_ERROR_V, COMPARATOR_ERROR_V, sides),
            vref_error=float(rng.uniform(-VREF_ERROR, VREF_ERROR)),
            vref_drift_per_c=float(rng.normal(0, VREF_DRIFT_PER_C)),
            lead_off_current_error=float(rng.uniform(-LEAD_OFF_CURRENT_ERROR, LEAD_OFF_CURRENT_ERROR)),
            test_signal_error=float(rng.uniform(-TEST_SIGNAL_ERROR, TEST_SIGNAL_ERROR)),
            supply_reading_error=float(rng.uniform(-SUPPLY_READING_ERROR, SUPPLY_READING_ERROR)),
        )


@dataclass(frozen=True, kw_only=True)
class BoardWiring:
    """The board around the chip. BIASOUT is wired to BIASIN; an external BIASREF is at mid supply.

    Parameters
    ----------
    avdd_v, dvdd_v : supplies, V; AVSS is 0 V
    external_vref_v : external voltage at VREFP, V; None where only the chip's buffer drives it
    temperature_c : temperature of the die
    bias_ohm, bias_farad : REXT and CEXT in the feedback of the bias amplifier
    """

    avdd_v: float = 5.0
    dvdd_v: float = 3.3
    external_vref_v: float | None = None
    temperature_c: float = 25.0
    bias_ohm: float = 1e6  # SBAS499C, figure 38
    bias_farad: float = 1.5e-9  # SBAS499C, figure 38
