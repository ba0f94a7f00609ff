"""Synthetic people, converters and tokens."""

from __future__ import annotations

from pathlib import Path

from earloop.api.designs import design_of
from earloop.model.tokens.token_stream import Source, TokenStream
from earloop.model.tokens.tokenize import tokenize as tokenize_recording
from earloop.recordings import Recording
from earloop.sim import Fit
from earloop.sim import convert as convert_session
from earloop.spec.design import Design
from earloop.synth_data import SHORT_SESSION, Scenario, Session
from earloop.synth_data import synthesise as synthesise_session


def synthesise(
    scenario: Scenario | str = SHORT_SESSION,
    seconds: float | None = None,
    seed: int = 1,
    *,
    design: Design | Path | str | None = None,
) -> Session:
    """Synthesise one person in a scenario, at a design's electrodes.

    Parameters
    ----------
    scenario : a name (`earloop.synth_data.scenario_names()` lists them), or your own
    seconds : 10 s or longer; None for the scenario's duration
    design : a Design, a design file, or None for the reference design

    Returns
    -------
    Session
        `.recording`: float32 [samples, channels] in uV, with every event; `.truth`: gaze, lids, stage and more

    Raises
    ------
    ScenarioError
        There is no such scenario, the session is too short, or an electrode's site is unknown.
    """
    return synthesise_session(design_of(design), scenario=scenario, duration_s=seconds, seed=seed)


def convert(
    source: Session | Recording,
    design: Design | Path | str | None = None,
    *,
    seed: int = 1,
    fit: Fit | None = None,
) -> Recording:
    """Take potentials through contacts, motion, mains, noise and the converter; see `earloop.sim.convert`.

    Returns
    -------
    Recording
        int32 codes [samples, channels]

    Raises
    ------
    FrontEndError
        The signal has another unit, other channels or another rate than the design's converter.
    """
    return convert_session(source, design_of(design), seed=seed, fit=fit)


def tokenize(
    recording: Session | Recording,
    design: Design | Path | str | None = None,
    *,
    source: Source = "golden",
    name: str = "recording",
    subject: str = "",
    session: str = "",
    run: str = "",
) -> TokenStream:
    """Return the tokens of a recording; see `earloop.model.tokenize`.

    Parameters
    ----------
    recording : uV at any rate, or codes of the design; or a synthetic session

    Returns
    -------
    TokenStream
        `.samples`: int16 (golden) or float32 (float) [ticks, channels, bands], in token steps

    Raises
    ------
    RecordingError
        Channels, rate or codes do not fit the design.
    ModelError
        The recording is shorter than a patch.
    """
    signal = recording.recording if isinstance(recording, Session) else recording
    return tokenize_recording(
        signal, design_of(design), source=source, name=name, subject=subject, session=session, run=run
    )
