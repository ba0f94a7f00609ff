"""What `import earloop as el` offers, from arrays to a verdict."""

from __future__ import annotations

import json
import subprocess
import sys

import mne
import numpy as np
import pytest
import torch
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from torch.utils.data import DataLoader

import earloop as el
from earloop.hil import DeviceOptions, FaultError, parse_fault
from earloop.model import ModelError, SklearnModel
from earloop.model.config import ModelConfig
from earloop.model.tokens.windows import cut_windows
from earloop.recordings import Annotation, RecordingError
from earloop.spec import compile_design
from tests.model.epochs_made import gaze_epochs, tone_epochs

HEAVY = ("numpy", "torch", "scipy", "mne", "pandas", "numba", "sklearn", "matplotlib", "click")


def test_importing_the_package_loads_nothing_heavy():
    script = "import sys, json, earloop as el; dir(el); print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & set(HEAVY)


def test_opening_a_corpus_and_a_checkpoint_does_not_load_a_compiler():
    script = (
        "import sys, earloop.model.tokens.corpus_tokens, earloop.model.pretraining.checkpoint\n"
        "print(sorted({'torch._dynamo', 'sympy', 'mne', 'tensorboard', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_name_is_there_and_explained():
    for name in el.__all__:
        assert getattr(el, name).__doc__, name


def test_an_array_becomes_a_recording_in_uv_with_its_events_in_order():
    volts = np.random.default_rng(0).normal(size=(500, 2)) * 1e-5
    recording = el.from_array(
        volts, 250, ["T7", "T8"], "V", [(1.0, 0.5, "clench"), (0.5, "blink"), Annotation(0, 0, "a")]
    )
    np.testing.assert_allclose(recording.data, volts * 1e6)
    assert recording.unit == "uV"
    assert [(note.onset_s, note.duration_s, note.label) for note in recording.annotations] == [
        (0, 0, "a"),
        (0.5, 0, "blink"),
        (1.0, 0.5, "clench"),
    ]


def test_one_channel_may_be_a_plain_row():
    assert el.from_array([1.0, 2.0, 3.0], 100, "T7").data.shape == (3, 1)


def test_integers_of_millivolts_keep_their_fractions_of_uv():
    assert el.from_array(np.array([[3]], np.int16), 100, "T7", "mV").data.tolist() == [[3000.0]]


WRONG = {
    "turned": ({"data": np.zeros((2, 500)), "names": ["T7", "T8"]}, r"shape \[2, 500\] for 2 names: .*; give data\.T"),
    "names": ({"data": np.zeros((500, 3)), "names": ["T7", "T8"]}, r"does not fit 2 channels"),
    "unit": ({"unit": "mm"}, r"unit 'mm' is no known unit of potential; valid: V, mV, uV, nV, codes"),
    "text": ({"data": np.full((5, 1), "a")}, r"wanted numbers"),
    "complex": ({"data": np.ones((5, 1)) * 1j}, r"wanted numbers"),
    "event": ({"events": [("blink", 1.0)]}, r"event 0 is \('blink', 1\.0\): wanted \(onset in seconds, label\)"),
    "late": ({"events": [(-1.0, "blink")]}, r"onset_s is -1\.0; wanted 0 or more"),
    "nan": ({"data": np.full((5, 1), np.nan)}, r"every sample must be finite"),
    "floats as codes": ({"unit": "codes"}, r"codes must be integers"),
    "a size of uV": ({"lsb_uv": 0.1}, r"lsb_uv is the size of a code"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG.values(), ids=WRONG)
def test_an_array_that_is_no_recording_is_refused_in_one_line(changes, message):
    given = {"data": np.zeros((5, 1)), "rate_hz": 250.0, "names": ["T7"]} | changes
    with pytest.raises(RecordingError, match=message) as error:
        el.from_array(**given)
    assert "\n" not in str(error.value)


def test_a_person_goes_through_the_whole_chain():
    session = el.synthesise("task-jaw", seconds=12, seed=3)
    codes = el.convert(session)
    tokens = el.tokenize(codes)
    assert tokens.samples.dtype == np.int16
    assert el.judge("golden", codes).word == "pass"
    raw = el.to_mne(codes)
    assert isinstance(raw, mne.io.BaseRaw)
    assert el.from_mne(raw).duration_s == codes.duration_s


def test_a_comparison_of_an_estimator_and_a_fresh_encoder_with_the_baselines():
    epochs = tone_epochs(60)
    power = make_pipeline(
        FunctionTransformer(lambda x: np.log(np.abs(np.fft.rfft(x, axis=-1)) + 1e-3).reshape(len(x), -1)),
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
    )
    found = el.compare(epochs, {"mine": SklearnModel(power)}, split="leave-one-run-out", seed=2)
    scores = {trial.model: found.score(trial.model, found.metrics[0]).value for trial in found.trials}
    assert scores["mine"] > 0.8
    assert scores["constant"] == 0.5
    assert "| mine |" in found._repr_markdown_()


def test_an_estimator_of_values_is_compared_too():
    epochs = gaze_epochs(60)
    mean = make_pipeline(
        FunctionTransformer(lambda x: x.reshape(len(x), 2, 4, -1).mean(-1).reshape(len(x), -1)), Ridge()
    )
    predictor = SklearnModel(mean).fit(epochs, np.arange(50), 0)
    values = predictor.predict(epochs, np.arange(50, 60))
    assert values.shape == (10, 4, 2)
    assert np.abs(values - epochs.target[50:]).mean() < 2


def test_an_estimator_without_probabilities_votes():
    class Fixed(LinearDiscriminantAnalysis):
        predict_proba = property()

        def fit(self, x, y):
            return self

        def predict(self, x):
            return np.ones(len(x), int)

    scores = SklearnModel(Fixed()).fit(tone_epochs(12), np.arange(8), 0).predict(tone_epochs(12), np.arange(8, 12))
    assert scores.tolist() == [[0, 1]] * 4


def test_a_learned_decoder_is_saved_loaded_and_decodes(tmp_path):
    recording = el.convert(el.synthesise("task-jaw", seconds=30, seed=3))
    epochs = tone_epochs(24)
    decoder = el.learn(epochs, preset="nano")
    el.save_decoder(tmp_path / "a.safetensors", decoder)
    again = el.load_decoder(tmp_path / "a.safetensors")
    found = el.decode(again, epochs.streams[0])
    assert found.classes == ("off", "on")
    with pytest.raises(ModelError):
        el.decode(again, el.tokenize(recording))


def test_an_unknown_split_lists_those_there_are():
    with pytest.raises(ModelError, match="split 'random' is not known; valid: within-session, "):
        el.compare(tone_epochs(12), split="random")


def test_epochs_are_a_dataset_that_a_loader_takes():
    epochs = tone_epochs(20)
    tokens, target = epochs[3]
    np.testing.assert_array_equal(tokens, epochs.tokens(np.array([3]))[0])
    assert target == epochs.target[3]
    assert epochs[-1][1] == epochs.target[-1]
    with pytest.raises(IndexError, match="epoch 20 of 20"):
        epochs[20]
    batches = list(DataLoader(epochs, batch_size=8))
    assert [len(target) for _, target in batches] == [8, 8, 4]
    assert batches[0][0].shape == (8, 3, 2, 4, 50)
    assert batches[0][0].dtype == torch.float32
    assert torch.cat([target for _, target in batches]).tolist() == epochs.target.tolist()


def test_windows_are_a_dataset_that_a_loader_takes():
    config = ModelConfig(channels=2, bands=3, patches=4, patch=50)
    windows = cut_windows(tone_epochs(20).streams, config, hop=200)
    first = next(iter(DataLoader(windows, batch_size=4)))
    torch.testing.assert_close(first, windows.batch([0, 1, 2, 3]))
    with pytest.raises(IndexError):
        windows[len(windows)]


def test_a_plot_is_a_figure_of_pyplot_with_the_truths_of_a_session():
    import matplotlib.pyplot as plt

    session = el.synthesise("gaze", seconds=10, seed=3)
    figure = el.plot(session, start_s=2.0, seconds=5.0, title="ten seconds")
    assert plt.fignum_exists(figure.number)
    assert "ten seconds" in [text.get_text() for text in figure.texts]
    assert any(ax.get_ylabel() == "gaze, °" for ax in figure.axes), [ax.get_ylabel() for ax in figure.axes]
    plt.close(figure)


def test_a_plot_of_codes_shows_the_contacts_in_place_of_truths():
    import matplotlib.pyplot as plt

    codes = el.convert(el.synthesise("gaze", seconds=10, seed=3))
    figure = el.plot(codes)
    assert any("kΩ" in ax.get_xlabel() for ax in figure.axes)
    plt.close(figure)


def test_a_plot_that_cannot_be_drawn_leaves_no_figure_behind():
    import matplotlib.pyplot as plt

    from earloop.sim.view import ViewError

    before = plt.get_fignums()
    with pytest.raises(ViewError, match="start at 99 s; must be within the recording, 0 to 2 s"):
        el.plot(el.from_array(np.zeros((200, 1)), 100.0, ["T7"]), start_s=99.0)
    with pytest.raises(ViewError, match="band from 1 to 60 Hz; must be 0 <= low < high < 50"):
        el.plot(el.from_array(np.zeros((200, 1)), 100.0, ["T7"]), band_hz=(1.0, 60.0))
    assert plt.get_fignums() == before


def test_an_injected_fault_is_noticed_or_fails_the_verdict():
    session = el.convert(el.synthesise("rest", seconds=20, seed=2))
    noticed = el.judge("golden", session, fault="gain:T9")
    assert noticed.word == "pass"
    assert noticed.fault.channels == ("T9",)
    hidden = el.hil.open_faulty("golden", compile_design(el.load_design()), DeviceOptions(), parse_fault("gain:T9"))
    assert el.judge(hidden, session).word == "fail"


def test_a_fault_needs_a_device_that_is_opened_for_it():
    device = el.hil.open_device("golden", compile_design(el.load_design()))
    with pytest.raises(FaultError, match="gain:T9: a fault is injected in a device that is opened here; give its kind"):
        el.judge(device, el.convert(el.synthesise("rest", seconds=10)), fault="gain:T9")
