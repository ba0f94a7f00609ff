"""Generated corpora: all follows from the plan, whoever makes it, in whatever order, however often interrupted."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import tracemalloc
from dataclasses import asdict, replace

import numpy as np
import pytest
from scipy.signal import resample_poly

from earloop.recordings import CorpusError, RecordingError, open_corpus
from earloop.recordings.store import session_store
from earloop.sim import codes_to_uv
from earloop.sim.corpus import generate, in_process, local_processes, plan_corpus
from earloop.sim.corpus.session import make_session
from earloop.synth_data import (
    Scenario,
    ScenarioError,
    draw_subject,
    load_scenario,
    parse_scenario,
    scenario_names,
    synthesise,
)
from earloop.system.project import ROOT
from tests.corpora import tree


def tiny(design, **changes):
    """Two people, two sessions of 10 s each."""
    return plan_corpus(
        design, load_scenario("free-living"), **{"hours": 40 / 3600, "subjects": 2, "longest_s": 10, **changes}
    )


@pytest.fixture(scope="module")
def made(design, tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "a.zarr"
    return generate(tiny(design), path)


def backwards(corpus, indices):
    yield from in_process(corpus, indices[::-1])


def test_order_does_not_matter(made, design, tmp_path):
    assert tree(generate(tiny(design), tmp_path / "a.zarr", backwards).path) == tree(made.path)


def test_the_number_of_processes_does_not_matter(made, design, tmp_path):
    assert tree(generate(tiny(design), tmp_path / "a.zarr", local_processes(2)).path) == tree(made.path)


def test_another_seed_gives_other_people_and_other_signals(made, design):
    plan = tiny(design, seed=2)
    for planned in plan.sessions:
        recording, _ = make_session(plan, planned)
        own = made.open(planned)
        assert recording.meta["subject"] != own.meta["subject"]
        assert (recording.data != own.read()).mean() > 0.9


def test_each_subject_is_one_person_and_no_two_sessions_are_alike(made):
    sessions = [made.open(planned) for planned in made.finished]
    people = [session.meta["subject"] for session in sessions]
    assert people[0] == people[1] != people[2] == people[3]
    signals = [session.read() for session in sessions]
    for i, one in enumerate(signals):
        for other in signals[:i]:
            assert (one != other).mean() > 0.9
    seeds = {str(session.meta["seed"]) for session in sessions} | {s.meta["front_end"]["seed"] for s in sessions}
    assert len(seeds) == 8


def test_the_earpiece_fits_as_the_person_has_it(design):
    plan = tiny(design, hours=0.05, subjects=18)
    fits = {
        meta["subject"]["fit"]: meta["front_end"]["fit"]
        for meta in (make_session(plan, s)[0].meta for s in plan.sessions)
    }
    assert fits == {"custom": "custom", "generic": "generic"}


def test_potentials_lie_beneath_the_codes(design, made):
    plan = tiny(design, unit="uV")
    recording, _ = make_session(plan, plan.sessions[0])
    assert recording.unit == "uV"
    assert set(recording.annotations) <= set(made.open(plan.sessions[0]).annotations)  # contacts have events too
    uv = codes_to_uv(made.open(plan.sessions[0]).read(), design.converter)
    # The eyes and muscles stand far above the contact's noise in what changes within a tenth of a second.
    change, change_uv = recording.data[100:, 0] - recording.data[:-100, 0], uv[100:, 0] - uv[:-100, 0]
    assert np.corrcoef(change, change_uv)[0, 1] > 0.1


def test_truth_is_that_of_the_same_session(design):
    plan = tiny(design, truth=True, unit="uV")
    planned = plan.sessions[3]
    recording, truth = make_session(plan, planned)
    total = sum(truth[source].data for source in ("eeg", "eog", "emg", "ecg"))
    np.testing.assert_allclose(total, recording.data, atol=1e-2)
    # The same session made by hand, from the corpus's seed alone.
    person = draw_subject("02", np.random.default_rng(np.random.SeedSequence(1, spawn_key=(1, 0))))
    assert asdict(person) == recording.meta["subject"]
    session = synthesise(
        design,
        scenario="free-living",
        duration_s=10.0,
        seed=np.random.SeedSequence(1, spawn_key=(1, 2)),
        subject=person,
    )
    np.testing.assert_array_equal(session.recording.data, recording.data)
    assert truth["lids"].sfreq == truth["acceleration"].sfreq == 100
    np.testing.assert_array_equal(truth["gaze"].data[:, 1], session.truth["gaze_up_deg"][::10])
    np.testing.assert_allclose(
        truth["acceleration"].data, resample_poly(session.acceleration_g.astype(np.float64), 1, 10), atol=1e-5
    )


def test_every_scenario_survives_being_written_into_a_corpus():
    for name in scenario_names():
        scenario = load_scenario(name)
        assert parse_scenario(scenario.model_dump(mode="json", serialize_as_any=True)) == scenario


class Killed(BaseException):
    """Stands for whatever ends a process at any point."""


def test_what_was_interrupted_goes_on_and_ends_in_the_same_bytes(made, design, tmp_path, monkeypatch):
    write, calls = session_store._write_array, []

    def killed_in_the_third_session(*arguments):
        calls.append(arguments)
        if len(calls) == 5:  # two of each session
            raise Killed
        write(*arguments)

    monkeypatch.setattr(session_store, "_write_array", killed_in_the_third_session)
    with pytest.raises(Killed):
        generate(tiny(design), tmp_path / "a.zarr")
    monkeypatch.undo()
    assert [planned.index for planned in open_corpus(tmp_path / "a.zarr").finished] == [0, 1]
    told = []
    assert tree(generate(tiny(design), tmp_path / "a.zarr", advance=told.append).path) == tree(made.path)
    assert told == [20, 30, 40]


KILLED = """
import os, signal, sys
from earloop.sim.corpus import generate, plan_corpus
from earloop.spec.design import load_design
from synth_data import ScenarioError, draw_subject, load_scenario
plan = plan_corpus(load_design(), load_scenario("free-living"), hours=40 / 3600, subjects=2, longest_s=10)
generate(plan, sys.argv[1], advance=lambda seconds: seconds < 20 or os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_process_that_is_killed_leaves_whole_sessions_and_no_lock(made, design, tmp_path):
    path = tmp_path / "a.zarr"
    assert subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=ROOT, check=False).returncode == -9
    assert len(open_corpus(path).finished) == 2
    assert tree(generate(tiny(design), path).path) == tree(made.path)


def test_finished_sessions_are_not_made_again(made, design):
    before = {path: path.stat().st_mtime_ns for path in made.path.rglob("*")}
    told = []
    generate(tiny(design), made.path, advance=told.append)
    assert told == [40]
    assert {path: path.stat().st_mtime_ns for path in made.path.rglob("*")} == before


def test_a_full_disk_is_one_line_and_loses_no_finished_session(made, design, tmp_path, monkeypatch):
    write, calls = session_store._write_array, []

    def full(*arguments):
        calls.append(arguments)
        write(*arguments)
        if len(calls) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(session_store, "_write_array", full)
    with pytest.raises(RecordingError, match=r"01_001\.zarr: cannot be written \(No space left on device\)"):
        generate(tiny(design), tmp_path / "a.zarr")
    monkeypatch.undo()
    assert [path.name for path in (tmp_path / "a.zarr" / "sessions").glob("*.zarr*")] == ["01_000.zarr"]
    assert [path.name for path in (tmp_path / "a.zarr" / "sessions").glob(".*")] == []
    assert tree(generate(tiny(design), tmp_path / "a.zarr").path) == tree(made.path)


def test_files_that_may_not_grow_are_one_line_from_worker_processes_too(design, tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))  # the workers inherit it
    try:
        with pytest.raises(RecordingError, match=r"cannot be written \(File too large\)"):
            generate(tiny(design), tmp_path / "a.zarr", local_processes(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def exit_at_once(path, index):
    os._exit(1)


def test_a_worker_process_that_dies_is_one_line(design, tmp_path, monkeypatch):
    monkeypatch.setattr("earloop.sim.corpus.schedulers.store_session", exit_at_once)
    with pytest.raises(CorpusError, match=r"a worker process died, .*; finished sessions are kept: run the same"):
        generate(tiny(design), tmp_path / "a.zarr", local_processes(1))


def test_a_scenario_longer_than_its_sessions_leaves_nothing(design, tmp_path):
    late = {"order": "timed", "activities": [{"name": "late", "onset_s": 30.0, "duration_s": 5.0}]}
    scenario = Scenario.model_validate({"name": "late", "duration_s": 60.0, "tracks": [late]}).model_dump(mode="json")
    with pytest.raises(ScenarioError, match="late begins at 30 s, but the session ends at 10 s") as error:
        generate(replace(tiny(design), scenario=scenario), tmp_path / "a.zarr")
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hours": 0.0}, "0 hours"),
        ({"hours": float("nan")}, "nan hours"),
        ({"subjects": 0}, "0 subjects"),
        ({"seed": -1}, "seed -1; must be 0 or larger"),
        ({"longest_s": 9}, "sessions of at most 9 s; must be 10 s or longer"),
        ({"subjects": 5}, "40 s of 5 subjects make sessions of 8 s; must be 10 s or longer"),
        ({"hours": 1e-9}, "a corpus of seconds = 0: must be 1 to"),
    ],
)
def test_plans_that_cannot_be_carried_out(design, changes, said):
    with pytest.raises(CorpusError, match=said):
        tiny(design, **changes)


def test_memory_does_not_grow_with_the_corpus(design, tmp_path):
    def peak(sessions, name):
        tracemalloc.start()
        generate(tiny(design, hours=sessions * 10 / 3600), tmp_path / name)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(2, "first.zarr")  # fills the caches of the libraries
    assert peak(8, "long.zarr") < 1.1 * peak(2, "short.zarr")
