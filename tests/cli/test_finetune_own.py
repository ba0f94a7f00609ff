"""`earloop finetune` on recordings of one's own: from EDF and BrainVision files to table, page, decoder and device."""

from __future__ import annotations

import contextlib
import csv
import io
import re

import numpy as np
import pytest

from earloop.cli.main import main
from earloop.spec.design_file import write_design
from tests.own_recordings import EAR, in_turn, signal, write_brainvision, write_edf

EVENTS = in_turn(12)
SECONDS = 52.0
QUICK = ("--mode", "scratch", "--preset", "nano", "--seed", "1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two people as EDF, one as BrainVision, and the design of their electrodes."""
    path = tmp_path_factory.mktemp("own")
    write_edf(path / "sub-anna_eyes.edf", EVENTS, seconds=SECONDS, seed=1)
    write_edf(path / "sub-bert_eyes.edf", EVENTS, seconds=SECONDS, seed=2)
    write_brainvision(path / "sub-cleo_eyes", EVENTS, seconds=SECONDS, seed=3)
    write_design(EAR, path / "ear.toml")
    return path


@pytest.fixture(scope="module")
def learned(folder):
    """A comparison of the three people with a decoder: the folder of it all, what was printed, and the notes."""
    printed, notes = io.StringIO(), io.StringIO()
    arguments = (
        *("finetune", "--recording", folder / "sub-*.edf", "--recording", folder / "sub-cleo_eyes.vhdr"),
        *("--subject-from", "sub-{subject}_*", "--events", "closed,open", "--window", "0:1", "--reject", "400"),
        *("--split", "leave-one-subject-out", "--design", folder / "ear.toml", "--bands", *QUICK),
        *("--decoder", folder / "eyes.safetensors", "--out", folder / "run"),
    )
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(notes), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert not ended.value.code, notes.getvalue()
    return folder, printed.getvalue(), notes.getvalue()


def test_recordings_with_events_become_the_table_of_every_task(learned):
    folder, printed, notes = learned
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in printed.splitlines() if line.startswith("|")]
    assert [row[0] for row in rows[2:]] == ["constant", "band power", "EEGNet", "PiMT scratch"]
    scores = {name: float(score.split()[0]) for name, score in rows[2:]}
    assert scores["constant"] == 0.5
    assert scores["band power"] >= 0.9  # alpha of eight times the noise
    assert "note: an epoch lasts 1 s: 4 patches of 0.25 s" in notes
    with np.load(folder / "run" / "predictions.npz") as file:
        assert sorted(file["which"]) == list(range(36))


def test_the_page_says_how_it_was_made_and_what_each_person_reaches(learned):
    folder, printed, _ = learned
    assert f"{folder / 'run' / 'report.html'}: the table" in printed
    page = (folder / "run" / "report.html").read_text(encoding="utf-8")
    for person in ("anna", "bert", "cleo"):
        assert f'<th scope="row">{person}</th><td class="n">12</td>' in page
    for heading in ("Confusions", "Learning curves", "Each person", "Which band carries it", "What was left out"):
        assert f"<h2>{heading}</h2>" in page
    assert "earloop finetune --recording &#39;" in page
    assert "--subject-from &#39;sub-{subject}_*&#39;" in page
    assert EAR.design_hash in page
    assert "left T7; right T8; reference TP9, TP10" in page
    assert page.count("<svg") == 5
    assert not re.search(r'(?:src|href)="(?!#)', page)  # nothing outside the file


def test_a_decoder_of_own_recordings_decodes_a_new_one(learned, earloop, tmp_path):
    folder, _, _ = learned
    new = write_edf(tmp_path / "new.edf", EVENTS, seconds=SECONDS, seed=9)
    options = ("--decoder", folder / "eyes.safetensors", "--design", folder / "ear.toml")
    ended = earloop("decode", new, *options, "--hop", "0.25", "--out", tmp_path / "new.csv")
    assert ended.status == 0, ended.err
    with (tmp_path / "new.csv").open(newline="") as file:
        rows = {round(float(row["start_s"]), 2): row["decision"] for row in csv.DictReader(file)}
    right = [
        decision == note.label
        for note in EVENTS
        for start_s, decision in rows.items()
        if note.onset_s + 0.1 < start_s < note.onset_s + 0.9
    ]
    assert len(right) >= 2 * len(EVENTS)
    assert np.mean(right) > 0.8


def test_a_decoder_of_own_recordings_runs_beside_a_device(learned, earloop, tmp_path):
    folder, _, _ = learned
    files = ("--recording", folder / "sub-cleo_eyes.vhdr", "--decoder", folder / "eyes.safetensors")
    options = ("--device", "golden", "--design", folder / "ear.toml", "--seconds", "12", "--out", tmp_path / "run")
    ended = earloop("hil", "run", *files, *options)
    assert ended.status == 0, ended.err + ended.out
    assert "decisions flipped 0 of 12" in ended.out  # 12 windows of 1 s


def test_a_channel_of_the_recordings_is_learned_as_values(earloop, tmp_path, folder):
    for seed, name in enumerate(("a", "b")):
        uv = signal(40.0, EVENTS, seed=seed)
        table = np.column_stack([uv, 100 * np.sin(np.arange(len(uv)) / 750)])
        np.savetxt(tmp_path / f"{name}.csv", table, delimiter=",", header="T7,T8,force", comments="", fmt="%.3f")
    options = ("--value-channel", "force", "--window", "0:2", "--rate", "250", "--channels", "T7,T8", *QUICK)
    files = ("--recording", tmp_path, "--design", folder / "ear.toml", "--split", "leave-one-run-out")
    ended = earloop("finetune", *files, *options, "--out", tmp_path / "run")
    assert ended.status == 0, ended.err
    assert "| Pearson r |" in ended.out
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "<h2>Predicted and true values</h2>" in page
    assert "<h2>Each recording</h2>" in page


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("ssvep", "--recording", "a.edf", "--window", "0:1"), "TASK ssvep and recordings of your own were given"),
        (("--recording", "a.edf", "--bids", "b", "--window", "0:1"), "--recording and --bids were given; name the"),
        (("ssvep", "--events", "a,b"), "--events is for recordings of your own: name them with --recording"),
        (("--recording", "a.edf"), "--window FROM:TO is missing"),
        (("--recording", "a.edf", "--window", "2"), "--window 2: wanted two numbers, FROM:TO"),
        (("--bids", "b", "--subject-from", "{subject}", "--window", "0:1"), "--subject-from goes with --recording"),
        (("--recording", "a.edf", "--task", "x", "--window", "0:1"), "--task goes with --bids, not with --recording"),
        (("--recording", "no/*.edf", "--window", "0:1"), "--recording 'no/*.edf': no file matches this pattern"),
        (("--recording", "nowhere.edf", "--window", "0:1"), "nowhere.edf: no such file"),
        (("--manifest", "nowhere.csv", "--window", "0:1"), "nowhere.csv: no such file"),
        (("--recording", "FOLDER", "--events", "closed,opne", "--window", "0:1"), "no event opne in sub-anna_eyes.edf"),
        (("--recording", "FOLDER", "--events", "closed", "--window", "0:1"), "one class only, closed, with 18 events"),
        (("--recording", "FOLDER", "--window", "0:60"), "no epoch: 36 too close to the end in all recordings"),
    ],
)
def test_what_is_wrong_is_one_line_before_any_file_is_written(refused, folder, tmp_path, options, said):
    given = [str(folder) if option == "FOLDER" else option for option in options]
    assert said in refused("finetune", *given, "--design", folder / "ear.toml", "--out", tmp_path / "run")


def test_neither_a_task_nor_recordings(refused, tmp_path):
    assert "name a TASK, or recordings of your own with --recording" in refused("finetune", "--out", tmp_path / "run")


def test_a_split_by_folds_of_ones_own_needs_them(earloop, folder, tmp_path):
    options = ("--window", "0:1", "--split", "own-folds", "--design", folder / "ear.toml", "--out", tmp_path / "run")
    ended = earloop("finetune", "--recording", folder, "--events", "closed,open", *options)
    assert ended.status == 2
    assert "sub-anna_eyes.edf has no fold; wanted one for each recording" in ended.err.splitlines()[-1]


def test_bad_files_are_skipped_and_counted_on_request(earloop, folder, tmp_path):
    for name in ("a.edf", "d.edf"):
        write_edf(tmp_path / name, EVENTS, seconds=SECONDS)
    write_edf(tmp_path / "b.edf", EVENTS, seconds=SECONDS, sfreq=500.0)
    (tmp_path / "c.edf").write_text("no EDF")
    options = ("--window", "0:1", "--skip-bad", "--split", "leave-one-run-out", "--design", folder / "ear.toml", *QUICK)
    ended = earloop("finetune", "--recording", tmp_path, *options, "--out", tmp_path / "run")
    assert ended.status == 0, ended.err
    unused = [line for line in ended.err.splitlines() if line.startswith("note: not used: ")]
    assert [line.split(": ")[2] for line in unused] == ["b.edf", "c.edf"]
    assert "c.edf: empty, truncated or damaged" in unused[1]
    assert "24 epochs judged in 2 splits" in ended.out
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "<dt>c.edf was not used</dt>" in page
