"""The baselines of every comparison."""

from __future__ import annotations

from earloop.model.baselines.band_power import BandPower
from earloop.model.baselines.constant import Constant
from earloop.model.baselines.eegnet import EEGNet, takes
from earloop.model.baselines.line_power import LinePower, frequencies_of
from earloop.model.protocol.protocol import Model
from earloop.model.tasks.epochs import Epochs

BASELINES = CONSTANT, BAND_POWER, LINE_POWER, EEGNET = "constant", "band power", "power at the flicker", "EEGNet"


def baselines_for(epochs: Epochs) -> dict[str, Model]:
    """Return the baselines that fit a task, by name.

    EEGNet needs epochs of a minimum length; power at the flicker needs classes named by frequencies.
    """
    models: dict[str, Model] = {CONSTANT: Constant(), BAND_POWER: BandPower()}
    if lines_hz := frequencies_of(epochs.classes):
        models[LINE_POWER] = LinePower(lines_hz)
    return models | ({EEGNET: EEGNet()} if takes(epochs) else {})
