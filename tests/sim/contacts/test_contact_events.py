"""Pops and lift-offs: as often as stated, more often in motion, and felt in the codes."""

from dataclasses import replace

import numpy as np
import pytest

from earloop.recordings import Annotation, Recording
from earloop.sim import GENERIC_FIT, codes_to_uv, convert, front_end_run
from earloop.sim.contacts.contact_events import ContactEvent, add_pops, draw_events, event_annotations, lift_off_factor
from earloop.sim.contacts.slow_process import SLOW_HZ
from earloop.spec.design import load_design
from earloop.synth_data import Session

DESIGN = load_design()
HOUR = int(3600 * SLOW_HZ)


def rates_per_min(shaking_g: float) -> dict[str, float]:
    events = draw_events(GENERIC_FIT, 50, np.full(HOUR, shaking_g), 3600.0, np.random.default_rng(0))
    labels = [event.label for event in events]
    return {label: labels.count(label) / 50 / 60 for label in ("electrode_pop", "lift_off")}


def test_events_come_at_the_fits_rate_and_motion_multiplies_it():
    rest, walking = rates_per_min(0.0), rates_per_min(0.16)
    for label, per_min in (("electrode_pop", 0.05), ("lift_off", 0.01)):
        assert rest[label] == pytest.approx(per_min, rel=0.4)
        assert walking[label] == pytest.approx(9 * per_min, rel=0.2)


def test_events_are_poisson():
    events = draw_events(GENERIC_FIT, 200, np.full(HOUR, 0.1), 3600.0, np.random.default_rng(0))
    counts = np.bincount([e.site for e in events if e.label == "electrode_pop"], minlength=200)
    assert counts.var() == pytest.approx(counts.mean(), rel=0.3)
    gaps = np.diff(np.sort([e.onset_s for e in events if e.label == "electrode_pop"]))
    assert gaps.std() == pytest.approx(gaps.mean(), rel=0.1)


def test_a_pop_is_a_step_that_returns_exponentially():
    uv = np.zeros((2, 4000), np.float32)
    for site in (0, 1):
        event = ContactEvent(label="electrode_pop", site=1, onset_s=1.0, duration_s=1.5, size=-400.0)
        add_pops(uv[site], [event], site, 1000.0)
    assert not uv[0].any()
    assert not uv[1, :1000].any()
    assert uv[1, 1000] == pytest.approx(-400)
    assert uv[1, 1500] == pytest.approx(-400 / np.e, rel=1e-4)  # over after three time constants, 1.5 s


def test_a_pop_of_a_linked_reference_reaches_every_channel_by_half():
    solid = replace(GENERIC_FIT, open_chance=0.0, pops_per_min=0.0, lift_offs_per_min=0.0)
    silence = Recording(np.zeros((30_000, 4)), "uV", 1000.0, DESIGN.channels)
    popping = convert(silence, DESIGN, fit=replace(solid, pops_per_min=3.0))
    calm = convert(silence, DESIGN, fit=solid)
    changed = codes_to_uv(popping.data - calm.data, DESIGN.converter)
    sizes = {}
    for note in popping.annotations:
        first = int(note.onset_s * 1000)
        sizes.setdefault(note.label.split("/")[1], []).append(changed[first + 2] - changed[first - 3])
    for site, reached in (("T7", [1, 0, 0, 0]), ("T8", [0, 0, 1, 0]), ("TP10", [-0.5, -0.5, -0.5, -0.5])):
        for jump in sizes[site]:
            size = jump[np.argmax(reached)] / np.max(reached) if site != "TP10" else -2 * jump[0]
            assert abs(size) > 5
            np.testing.assert_allclose(jump, size * np.array(reached), atol=0.1 * abs(size) + 0.5)


def test_a_lift_off_raises_the_impedance_of_its_site_while_it_lasts():
    event = ContactEvent(label="lift_off", site=0, onset_s=1.0, duration_s=0.5, size=300.0)
    factor = lift_off_factor([event], 30, 2)
    np.testing.assert_array_equal(np.flatnonzero(factor[:, 0] == 300), np.arange(10, 15))
    assert np.all(factor[:, 1] == 1)


def test_annotations_name_the_site_and_end_with_the_recording():
    events = [ContactEvent(label="lift_off", site=1, onset_s=9.0, duration_s=5.0, size=100.0)]
    assert event_annotations(events, ("T7", "TP9"), 10.0) == [Annotation(9.0, 1.0, "lift_off/TP9", 100.0, "contact")]


def test_codes_show_what_the_annotations_say():
    quiet = replace(GENERIC_FIT, open_chance=0.0, pops_per_min=0.0, lift_offs_per_min=0.0)
    fragile = replace(quiet, lift_offs_per_min=3.0)
    silence = Recording(
        np.zeros((30_000, 4)), "uV", 1000.0, DESIGN.channels, (Annotation(1.0, 28.0, "rest"), Annotation(2.0, 0.0, "x"))
    )
    run, calm = front_end_run(silence, DESIGN, fit=fragile), convert(silence, DESIGN, fit=quiet)
    lifts = [note for note in run.recording.annotations if note.label.startswith("lift_off/")]
    assert lifts
    onsets = [note.onset_s for note in run.recording.annotations]
    assert onsets == sorted(onsets)
    assert {"rest", "x"} < {note.label for note in run.recording.annotations}
    for note in lifts:
        site = run.sites.index(note.label.split("/")[1])
        rows = slice(round(note.onset_s * SLOW_HZ), round((note.onset_s + note.duration_s) * SLOW_HZ) + 1)
        assert run.impedance_kohm[rows, site].max() > 5 * np.median(run.impedance_kohm[:, site])
    changed = codes_to_uv(run.recording.data, DESIGN.converter) - codes_to_uv(calm.data, DESIGN.converter)
    inside = np.zeros(30_000, bool)
    for note in lifts:
        inside[int((note.onset_s - 0.3) * 1000) : int((note.onset_s + note.duration_s + 0.3) * 1000)] = True
    assert np.abs(changed[inside]).max() > 20
    assert np.abs(changed[~inside]).max() < 0.2


def test_a_moving_wearer_loses_contact_more_often():
    rng = np.random.default_rng(0)
    data = Recording(np.zeros((60_000, 4)), "uV", 1000.0, DESIGN.channels)

    def events(moving_g: float) -> int:
        session = Session(data, moving_g * rng.standard_normal((60_000, 3)), np.zeros(60_000))
        return sum(len(convert(session, DESIGN, seed=seed).annotations) for seed in range(8))

    assert events(0.2) > 4 * events(0.0)
