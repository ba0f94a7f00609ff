"""The lead field against MNE's sphere model, which Berg and Scherg's three dipoles approximate."""

import mne
import numpy as np
import pytest

from earloop.synth_data.head.sites import SITES, site_directions
from earloop.synth_data.head.sphere import SKULL_INNER, SKULL_OUTER, dipole_potential_uv

RADIUS_M = 0.09
NAMES = ("T7", "T8", "Cz", "Fpz", "Oz", "TP9")


def mne_field(places: np.ndarray, skull_ratio: float) -> tuple[np.ndarray, np.ndarray]:
    """MNE's places (it may drop some) and its lead field, uV per nA m, [electrodes, places, axes]."""
    sphere = mne.make_sphere_model(
        (0.0, 0.0, 0.0),
        RADIUS_M,
        relative_radii=(SKULL_INNER, SKULL_OUTER, 1.0),
        sigmas=(0.33, 0.33 * skull_ratio, 0.33),
        verbose="error",
    )
    info = mne.create_info(list(NAMES), 1000, "eeg", verbose="error")
    electrodes = dict(zip(NAMES, site_directions(NAMES) * RADIUS_M, strict=True))
    info.set_montage(mne.channels.make_dig_montage(electrodes, coord_frame="head"))
    grid = {"rr": places * RADIUS_M, "nn": np.tile([0.0, 0.0, 1.0], (len(places), 1))}
    source = mne.setup_volume_source_space(pos=grid, sphere=sphere, verbose="error")
    forward = mne.make_forward_solution(info, None, source, sphere, meg=False, mindist=0, verbose="error")
    field = forward["sol"]["data"].reshape(len(NAMES), -1, 3) * 1e-9 * 1e6
    return forward["source_rr"] / RADIUS_M, field


@pytest.mark.parametrize(("skull_ratio", "tolerance"), [(1.0, 1e-4), (1 / 40, 5e-3), (1 / 80, 5e-3)])
def test_the_lead_field_is_mnes(skull_ratio, tolerance):
    rng = np.random.default_rng(0)
    places = rng.standard_normal((20, 3))
    places *= rng.uniform(0.2, 0.78, (20, 1)) / np.linalg.norm(places, axis=1)[:, None]
    places, theirs = mne_field(places, skull_ratio)
    for axis in range(3):
        moments = np.tile(np.eye(3)[axis], (len(places), 1))
        ours = dipole_potential_uv(places, moments, site_directions(NAMES), RADIUS_M, skull_ratio).T
        # MNE gives potentials against the average reference of its model; differences between electrodes are the same.
        difference = (ours - ours.mean(axis=0)) - (theirs[:, :, axis] - theirs[:, :, axis].mean(axis=0))
        assert np.abs(difference).max() < tolerance * np.abs(ours).max()


def test_a_skull_that_lets_less_through_weakens_and_smears():
    place, moment = np.array([[0.8, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0]])
    thin, thick = (
        dipole_potential_uv(place, moment, site_directions(["T8", "FT8"]), RADIUS_M, ratio)[0]
        for ratio in (1 / 20, 1 / 80)
    )
    assert thick[0] < thin[0]
    assert thick[1] / thick[0] > thin[1] / thin[0]


def test_sites_lie_on_the_sphere_left_and_right_mirrored():
    for name, place in SITES.items():
        assert np.linalg.norm(place) == pytest.approx(1)
        if name[-1].isdigit() and int(name[-1]) % 2:
            letters, number = (
                name.rstrip("0123456789"),
                int(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")),
            )
            np.testing.assert_allclose(SITES[f"{letters}{number + 1}"], place * [-1, 1, 1], atol=1e-12)
            assert place[0] < 0
