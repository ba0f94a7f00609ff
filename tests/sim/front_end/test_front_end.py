"""The whole front end: what goes in comes out, disturbed as an ear and an ADS1299 disturb it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from earloop.recordings import Annotation, Recording, read_recording, write_session
from earloop.sim import CUSTOM_FIT, DRY_FIT, GENERIC_FIT, FrontEndError, codes_to_uv, convert, front_end_run
from earloop.spec.design import Design, load_design
from earloop.synth_data import Session, synthesise

DESIGN = load_design()


def redesigned(section: str, **changes: object) -> Design:
    whole = DESIGN.model_dump()
    return Design.model_validate(whole | {section: whole[section] | changes})


def uv(data: np.ndarray, notes: tuple[Annotation, ...] = ()) -> Recording:
    return Recording(data, "uV", 1000.0, DESIGN.channels, notes, {"seed": 1})


def silence(seconds: int = 10) -> Recording:
    return uv(np.zeros((1000 * seconds, 4)))


def between(x: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    return sosfiltfilt(butter(4, [low_hz, high_hz], "bandpass", fs=1000, output="sos"), x, axis=0)


@pytest.fixture(scope="module")
def session() -> Session:
    return synthesise(DESIGN)


def test_codes_carry_events_and_the_facts_of_their_making(session):
    codes = convert(session, DESIGN, seed=3)
    assert (codes.unit, codes.sfreq, codes.channels) == ("codes", 1000, DESIGN.channels)
    assert codes.data.dtype == np.int32
    assert codes.data.shape == session.recording.data.shape
    added = set(codes.annotations) - set(session.recording.annotations)
    assert set(session.recording.annotations) <= set(codes.annotations)
    assert all(note.label.split("/")[0] in {"electrode_pop", "lift_off"} for note in added)
    assert codes.meta["design_hash"] == DESIGN.design_hash
    assert codes.meta["seed"] == 1
    facts = codes.meta["front_end"]
    assert facts["seed"] == 3
    assert facts["clipped"] == dict.fromkeys(DESIGN.channels, 0)
    assert (facts["fit"], facts["material"], facts["mains_hz"]) == ("generic", "Ag/AgCl", 50)
    assert set(facts["contacts"]) == {*DESIGN.channels, "TP9", "TP10"}
    assert all(contact["kohm"] > 0.5 for contact in facts["contacts"].values())
    assert {contact["settling"] for contact in facts["contacts"].values()} <= {"immediate", "slow", "never"}


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(session):
    first, again, other = (convert(session, DESIGN, seed=seed).data for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert not np.array_equal(first, other)


def test_the_eeg_survives(session):
    out = between(codes_to_uv(convert(session, DESIGN).data, DESIGN.converter), 4, 30)[1000:47_000]
    source = between(session.recording.data, 4, 30)[1000:47_000]
    for channel in range(4):
        assert np.corrcoef(out[:, channel], source[:, channel])[0, 1] > 0.8  # 3 uV of EEG, 1-2 uV of three electrodes


def test_the_path_is_linear_until_it_rounds():
    tone = 100 * np.sin(2 * np.pi * 10 * np.arange(10_000) / 1000)[:, np.newaxis] * np.array([1.0, 2.0, -1.0, 0.0])
    with_tone = codes_to_uv(convert(uv(tone), DESIGN).data, DESIGN.converter)
    without = codes_to_uv(convert(silence(), DESIGN).data, DESIGN.converter)
    middle = slice(100, -100)
    lost = np.sinc(10 / 1000) ** 3
    np.testing.assert_allclose(
        (with_tone - without)[middle], lost * tone[middle], rtol=1e-3, atol=2 * DESIGN.converter.lsb_uv
    )


def test_silence_is_as_noisy_as_contacts_and_amplifier_together():
    out = codes_to_uv(convert(silence(60), DESIGN).data, DESIGN.converter)
    density_nv = 1e3 * between(out, 70, 110).std(axis=0) / np.sqrt(40)
    assert np.all((density_nv > 20) & (density_nv < 330))  # amplifier alone 20; 97..330 with real skin and muscle


def test_offsets_are_those_of_real_electrodes():
    offsets_mv = np.array(
        [codes_to_uv(convert(silence(1), DESIGN, seed=seed).data, DESIGN.converter)[0] / 1e3 for seed in range(60)]
    )
    assert 3 < np.std(offsets_mv - offsets_mv.mean(axis=1, keepdims=True)) < 12
    assert 8 < offsets_mv.std() < 30
    assert np.abs(offsets_mv).max() < 120  # -117..+35 mV have been seen


def test_motion_reaches_the_signal_through_the_contact(session):
    moved = codes_to_uv(convert(session, DESIGN).data, DESIGN.converter)
    still = codes_to_uv(convert(session.recording, DESIGN).data, DESIGN.converter)
    artifact = between(moved - still, 0.7, 20)
    assert np.all(artifact[:46_000].std(axis=0) < 2)  # who sits still moves a little
    assert np.all((artifact[49_000:59_000].std(axis=0) > 5) & (artifact[49_000:59_000].std(axis=0) < 200))


@pytest.mark.parametrize(("notch_hz", "hum_hz"), [(50, 50), (60, 60), (0, 50)])
def test_the_hum_is_where_the_design_expects_it(notch_hz, hum_hz):
    codes = convert(silence(), redesigned("notch", mains_hz=notch_hz)).data[:, 0]
    spectrum = np.abs(np.fft.rfft((codes - codes.mean()) * np.hanning(len(codes))))
    spectrum[:100] = 0  # drift, below 10 Hz
    assert np.argmax(spectrum) / 10 == pytest.approx(hum_hz, abs=0.2)


def test_a_custom_fit_has_lower_impedances():
    def kohm(fit_arguments: dict) -> float:
        drawn = [convert(silence(1), DESIGN, seed=s, **fit_arguments).meta["front_end"]["contacts"] for s in range(20)]
        return float(np.median([contact["kohm"] for contacts in drawn for contact in contacts.values()]))

    assert kohm({"fit": CUSTOM_FIT}) < 0.5 * kohm({})


def test_what_exceeds_the_range_is_clipped_and_counted():
    data = np.zeros((1000, 4))
    data[200:300, 1] = 1e6  # +-375 mV at gain 12
    codes = convert(uv(data), DESIGN)
    assert codes.data[250, 1] == 2**23 - 1
    clipped = codes.meta["front_end"]["clipped"]
    assert clipped["T9"] == pytest.approx(100, abs=4)
    assert clipped["T7"] == clipped["T8"] == clipped["T10"] == 0


def test_a_design_of_another_rate_and_gain_works():
    design = redesigned("converter", rate_hz=2000, gain=24)
    session = synthesise(design, duration_s=10)
    codes = convert(session, design)
    assert (codes.sfreq, len(codes.data)) == (2000, 20_000)


@pytest.mark.parametrize("samples", [1, 2, 99, 101])
def test_a_recording_may_be_short(samples):
    codes = convert(uv(np.zeros((samples, 4))), DESIGN)
    assert codes.data.shape == (samples, 4)


@pytest.mark.parametrize(
    ("change", "seed", "complaint"),
    [
        ({"unit": "codes", "data": np.zeros((10, 4), np.int32)}, 1, "takes electrode potentials in uV"),
        ({"sfreq": 250.0}, 1, "sampling rate 250 Hz; neurobuds-reference runs at 1000 Hz: resample first"),
        ({"channels": ("T8", "T10", "T7", "T9")}, 1, "neurobuds-reference has T7, T9, T8, T10"),
        ({}, -1, "seed -1; must be 0 or larger"),
    ],
)
def test_what_the_front_end_cannot_take_is_refused(change, seed, complaint):
    with pytest.raises(FrontEndError, match=complaint):
        convert(replace(silence(1), **change), DESIGN, seed=seed)


def test_the_impedances_come_with_the_codes(session):
    run = front_end_run(session, DESIGN, fit=DRY_FIT)
    assert run.recording.data.tobytes() == convert(session, DESIGN, fit=DRY_FIT).data.tobytes()
    assert run.sites == (*DESIGN.channels, "TP9", "TP10")
    assert run.impedance_kohm.shape == (round(60 * run.impedance_rate_hz) + 1, 6)
    facts = run.recording.meta["front_end"]["contacts"]
    medians = dict(zip(run.sites, np.median(run.impedance_kohm, axis=0), strict=True))
    assert medians == pytest.approx({site: contact["kohm"] for site, contact in facts.items()}, abs=1e-3, rel=1e-4)


def test_an_open_contact_gives_hum_and_hardly_any_eeg():
    lost = replace(GENERIC_FIT, ln_kohm=np.log(1e6), ln_kohm_sd=0.0)  # 1 GOhm
    tone = 100 * np.sin(2 * np.pi * 10 * np.arange(10_000) / 1000)[:, np.newaxis] * np.ones(4)
    out, without = (
        between(codes_to_uv(convert(uv(data), DESIGN, fit=lost).data, DESIGN.converter), 8, 12)
        for data in (tone, 0 * tone)
    )
    passed = (out - without)[2000:8000].std(axis=0) * np.sqrt(2)
    assert np.all(passed < 75)
    hum = between(codes_to_uv(convert(silence(), DESIGN, fit=lost).data, DESIGN.converter), 48, 52)
    assert np.all(hum[2000:8000].std(axis=0) > 100)


def test_single_precision_is_harmless(session):
    single = replace(
        session,
        recording=replace(session.recording, data=session.recording.data.astype(np.float32)),
        acceleration_g=session.acceleration_g.astype(np.float32),
    )
    codes = [convert(s, DESIGN).data.astype(np.int64) for s in (session, single)]
    assert np.abs(codes[0] - codes[1]).max() <= 1


def test_codes_of_a_synthetic_session_survive_the_disk(session, tmp_path):
    codes = convert(session, DESIGN)
    write_session(codes, tmp_path / "a.zarr")
    back = read_recording(tmp_path / "a.zarr")
    assert back.data.tobytes() == codes.data.tobytes()
    assert (back.meta, back.annotations) == (codes.meta, codes.annotations)
