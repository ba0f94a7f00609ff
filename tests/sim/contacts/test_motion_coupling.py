"""Motion in the codes: in part what an accelerometer feels, and as large as walking makes it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, coherence, sosfiltfilt

from earloop.recordings import Recording
from earloop.sim import GENERIC_FIT, codes_to_uv, convert
from earloop.sim.contacts.motion_coupling import Coupling, disturbance, draw_coupling, transmitted_g
from earloop.sim.contacts.slow_process import SlowTime
from earloop.spec.design import load_design
from earloop.synth_data import Session, sitting_still

DESIGN = load_design()
FIRM = replace(GENERIC_FIT, open_chance=0.0, pops_per_min=0.0, lift_offs_per_min=0.0)
SAMPLES = 120_000


def moved(acceleration_g: np.ndarray, jaw_open: np.ndarray | None = None) -> Session:
    silence = Recording(np.zeros((len(acceleration_g), 4)), "uV", 1000.0, DESIGN.channels)
    return Session(silence, acceleration_g, np.zeros(len(acceleration_g)) if jaw_open is None else jaw_open)


def disturbed(session: Session, coupling: Coupling, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One contact's change of impedance, and of its offset in uV."""
    head_g, jaw = transmitted_g(session.acceleration_g, 1000.0), session.jaw_open.astype(np.float32)
    return disturbance(head_g, jaw, coupling, SlowTime(len(jaw), 1000.0), rng)


def artifact_uv(session: Session, seed: int) -> np.ndarray:
    """What the movement alone adds to the codes, without the hum that it modulates."""
    still = sitting_still(session.recording)
    codes = [convert(source, DESIGN, seed=seed, fit=FIRM).data for source in (session, still)]
    low = butter(6, 40, fs=1000, output="sos")
    return sosfiltfilt(low, codes_to_uv(codes[0] - codes[1], DESIGN.converter), axis=0)


def one_axis_g(axis: int) -> np.ndarray:
    """Broad-band shaking up to 80 Hz, 0.2 g rms, along one axis."""
    shaking = sosfiltfilt(
        butter(4, [0.5, 80], "bandpass", fs=1000, output="sos"), np.random.default_rng(5).standard_normal(SAMPLES)
    )
    return 0.2 * shaking[:, np.newaxis] / shaking.std() * (np.arange(3) == axis)


def coherences(artifacts_uv: np.ndarray, acceleration_g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each artifact, one a row, with the accelerometer: mean over 1..10 Hz and over 22..35 Hz."""
    f, coherent = coherence(artifacts_uv, acceleration_g, 1000, nperseg=2000)
    return coherent[:, (f >= 1) & (f <= 10)].mean(axis=1), coherent[:, (f >= 22) & (f <= 35)].mean(axis=1)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_what_a_contact_feels_is_the_accelerometers_in_part_and_not_above_20_hz(axis):
    session = moved(one_axis_g(axis))
    rng = np.random.default_rng(axis)
    offsets_uv = np.array([disturbed(session, draw_coupling(rng), rng)[1] for _ in range(12)])
    low, high = coherences(offsets_uv, session.acceleration_g[:, axis])
    assert np.all((low > 0.2) & (low < 0.8))
    assert np.all(high < 0.2)  # Luu et al. 2024: coherent up to 20 Hz


def test_so_is_the_artifact_in_the_codes():
    session = moved(one_axis_g(2))
    artifacts_uv = np.hstack([artifact_uv(session, seed) for seed in range(4)])
    low, high = coherences(artifacts_uv.T, session.acceleration_g[:, 2])
    assert 0.2 < np.median(low) < 0.8  # where two contacts feel the same, their difference is coherent less
    assert np.all(low < 0.8)
    assert np.all(high < 0.2)


def test_each_contact_feels_a_direction_of_its_own():
    rng = np.random.default_rng(0)
    directions = np.array([draw_coupling(rng).direction for _ in range(3000)])
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    np.testing.assert_allclose(directions.mean(axis=0), 0, atol=0.05)
    np.testing.assert_allclose(np.cov(directions.T), np.eye(3) / 3, atol=0.03)


def test_walking_disturbs_by_50_to_200_uv():
    t = np.arange(20_000) / 1000
    walking = 0.3 * np.sin(2 * np.pi * 1.9 * t)[:, np.newaxis] * np.array([0.3, 0.5, 1.0])
    rms = np.array([artifact_uv(moved(walking), seed)[2000:].std(axis=0) for seed in range(10)])
    assert 50 < np.median(rms) < 200  # as dry ears show
    assert np.ptp(np.log(rms)) > 1  # some contacts hold, others do not


def test_what_a_contact_feels_begins_with_the_motion_and_scales_with_it():
    motion = np.zeros((40_000, 3))
    motion[20_000:, 2] = np.sin(np.arange(20_000) * 2 * np.pi * 1.9 / 1000) * 0.2
    coupling = draw_coupling(np.random.default_rng(1))
    once, twice = (disturbed(moved(k * motion), coupling, np.random.default_rng(2))[1] for k in (1, 2))
    assert not once[:19_000].any()
    assert once[21_000:].std() > 1
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-3, atol=1e-2)


def test_an_opening_jaw_bends_the_canal():
    jaw = (np.sin(2 * np.pi * 1.5 * np.arange(20_000) / 1000) > 0).astype(float)
    artifact = artifact_uv(moved(np.zeros((20_000, 3)), jaw), 0)
    for channel in artifact.T:
        assert abs(np.corrcoef(channel, jaw)[0, 1]) > 0.9
    assert 10 < artifact.std() < 200


def test_motion_modulates_the_impedance_but_never_below_a_tenth():
    coupling = replace(draw_coupling(np.random.default_rng(0)), impedance_per_g=1.0)
    shaking = 20 * np.random.default_rng(0).standard_normal((20_000, 3)).cumsum(axis=0) / 30
    change, _ = disturbed(moved(shaking), coupling, np.random.default_rng(0))
    assert change.min() == pytest.approx(-0.9)
    assert change.max() > 1
