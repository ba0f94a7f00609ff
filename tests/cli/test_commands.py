"""The other commands: spec, doctor, synth, pretrain."""

from __future__ import annotations

import json
import platform
import re
import shutil
from importlib import metadata

import pytest

from earloop.cli.doctor import STATE, Tool, ToolFound, program, tools
from earloop.cli.main import COMMANDS
from earloop.model.config import MIXERS
from earloop.model.network.native import library
from earloop.model.network.scan import native_trouble
from earloop.model.pretraining.checkpoint import load_checkpoint
from earloop.recordings import read_recording
from earloop.spec.design import DEFAULT_DESIGN_PATH
from earloop.spec.generate import generated_files
from earloop.spec.register_map import register_files
from earloop.system.project import ROOT

CHECKPOINT = "pretrained.safetensors"


@pytest.fixture
def altered(tmp_path):
    """Writes the reference design with one piece of its text replaced."""

    def write(old, new):
        text = DEFAULT_DESIGN_PATH.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "altered.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return write


def test_help_names_every_command(earloop):
    ended = earloop("--help")
    assert ended.status == 0
    assert all(name in ended.out for name in COMMANDS)
    assert earloop("--version").status == 0


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(earloop, name):
    ended = earloop(name, "--help")
    assert ended.status == 0
    assert f"earloop {name}" in ended.out


def test_an_unknown_command(refused):
    assert "dance" in refused("dance")


def test_the_reference_design_is_valid_and_its_files_up_to_date(earloop, design):
    ended = earloop("spec", "check")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"neurobuds.toml: valid, design {design.design_hash}\n"


def test_the_design_is_shown_with_every_band(earloop, design):
    ended = earloop("spec", "show")
    assert ended.status == 0
    assert design.design_hash in ended.out
    assert all(name in ended.out for name in (*design.channels, *design.band_names))


def test_the_constants_are_generated_anywhere_and_only_once(earloop, fixed, tmp_path):
    ended = earloop("spec", "generate", "--root", tmp_path)
    assert ended.status == 0
    for relative, text in (generated_files(fixed) | register_files()).items():
        assert (tmp_path / relative).read_text(encoding="utf-8") == text == (ROOT / relative).read_text("utf-8")
        assert f"wrote {relative}" in ended.out
    assert earloop("spec", "generate", "--root", tmp_path).out == "all up to date\n"


def test_without_the_compiler_of_the_register_map_only_the_constants_are_generated(
    earloop, fixed, tmp_path, monkeypatch
):
    monkeypatch.setattr("earloop.cli.commands.spec.find_spec", lambda name: None)
    assert earloop("spec", "generate", "--root", tmp_path).status == 0
    written = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(generated_files(fixed))


def test_constants_that_cannot_be_written(refused, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert "cannot be written" in refused("spec", "generate", "--root", tmp_path / "file")


@pytest.mark.parametrize("command", [["spec", "check"], ["spec", "show"], ["spec", "generate"], ["synth"]])
def test_a_design_with_an_unknown_key(refused, altered, tmp_path, command):
    path = altered("[converter]", "[converter]\ncolour = 3")
    out = {"synth": ["--out", tmp_path / "a.zarr"], "generate": ["--root", tmp_path / "tree"]}.get(command[-1], [])
    message = refused(*command, "--design", path, *out)
    assert "altered.toml: converter.colour: unknown key; valid: bits, gain" in message


def test_a_design_that_cannot_be_built(refused, altered):
    message = refused("spec", "check", "--design", altered("coefficient_bits = 16", "coefficient_bits = 9"))
    assert "coefficient_bits = 9: too narrow" in message


@pytest.mark.parametrize("content", ["not = [toml", b"\xff\xfe"])
def test_a_design_that_is_no_toml(refused, tmp_path, content):
    path = tmp_path / "bad.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert "bad.toml: not a TOML file" in refused("spec", "check", "--design", path)


def test_a_design_that_is_not_there(refused, tmp_path):
    assert "gone.toml: cannot be read" in refused("spec", "check", "--design", tmp_path / "gone.toml")


def test_the_doctor_names_every_tool(earloop):
    ended = earloop("doctor")
    assert (ended.status, ended.err) == (0, "")
    printed = " ".join(ended.out.split())
    assert all(tool.name in printed for group in tools().values() for tool in group)


def row(printed, name):
    """The words of a tool's row, with those that were carried over to the next lines."""
    after = printed.split(f"\n{name} ", 1)[1]
    return " ".join(re.split(r"\n(?=\S)", after)[0].split())


def test_the_doctor_finds_a_program_beside_this_python(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert program("ninja")() == metadata.version("ninja")


@pytest.mark.parametrize(
    ("wanted", "version", "enough"),
    [
        (">=10", "9.4.0", False),
        (">=10", "12.2.0", True),
        (">=10", None, False),
        ("", "anything", True),
        ("<81", "82.0", False),
        (">=2", "libportaudio.so.2", True),
        ("==2.13.0", "torch 2.13.0+cpu", True),
        ("==2.13.0", "2.13.0+cpu", True),
        ("==0.11.1.0.post826", "0.11.1.0.post826", True),
        ("==0.11.1.0.post826", "0.11.1.0.post825", False),
    ],
)
def test_a_tool_suffices_in_a_version_that_is_wanted(wanted, version, enough):
    tool = Tool(name="a-tool", find=lambda: version, wanted=wanted, lost="rtl", cure="apt: a-tool")
    assert ToolFound(tool, tool.find()).suffices is enough


def test_the_doctor_says_where_this_earloop_builds_and_by_which_python(earloop):
    assert {tool.name for tool in tools()[STATE]} >= {"Python", "earloop", "folder of builds"}
    assert platform.python_version() in row(earloop("doctor").out, "Python")


@pytest.fixture
def no_compiler(monkeypatch, tmp_path):
    """As if the scan had not been built, and could not be."""
    monkeypatch.setattr(library, "BUILD", tmp_path)
    monkeypatch.setenv("CXX", "no-such-compiler")
    native_trouble.cache_clear()
    yield
    native_trouble.cache_clear()


def test_the_doctor_says_why_models_are_slow_and_what_helps(earloop, no_compiler):
    said = row(earloop("doctor").out, "selective scan in C++")
    assert "missing only speed: models run tens of times slower" in said
    assert said.endswith("install no-such-compiler (the Debian package g++)")


def test_the_same_seed_gives_the_same_bytes(earloop, tmp_path):
    def synth(name, seed):
        ended = earloop("synth", "--seconds", "10", "--seed", seed, "--out", tmp_path / name)
        assert ended.status == 0
        assert "10 s, 4 channels" in ended.out
        return {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }

    first = synth("a.zarr", 7)
    assert synth("b.zarr", 7) == first
    assert synth("c.zarr", 8) != first


def test_an_earpiece_fits_as_one_says(earloop, tmp_path):
    assert earloop("synth", "--seconds", "10", "--fit", "dry", "--out", tmp_path / "a.zarr").status == 0
    assert read_recording(tmp_path / "a.zarr").meta["front_end"]["material"] == "gold"


def test_potentials_are_synthesised_in_microvolts(earloop, tmp_path):
    assert earloop("synth", "--seconds", "10", "--unit", "uV", "--out", tmp_path / "a.zarr").status == 0
    assert read_recording(tmp_path / "a.zarr").unit == "uV"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--seconds", "3"], "a session of 3 s; must last 10 s or longer"),
        (["--seconds", "nan"], "a session of nan s"),
        (["--seed", "-1"], "seed -1; must be 0 or larger"),
        (["--unit", "furlong"], "furlong"),
    ],
)
def test_a_session_that_cannot_be_synthesised(refused, tmp_path, options, said):
    assert said in refused("synth", "--seconds", "10", "--out", tmp_path / "a.zarr", *options)


@pytest.mark.parametrize(("name", "said"), [("a.bdf", "named *.zarr"), ("taken.zarr", "exists and is not a session")])
def test_a_session_that_cannot_be_written(refused, tmp_path, name, said):
    (tmp_path / "taken.zarr").write_text("mine")
    assert said in refused("synth", "--seconds", "10", "--out", tmp_path / name)


def pretrain(session, out, *options):
    return ("pretrain", "--recording", session, "--preset", "nano", "--batch", "1", "--out", out, *options)


def test_pretraining_leaves_a_checkpoint_from_which_it_resumes(earloop, session, tmp_path):
    ended = earloop(*pretrain(session, tmp_path / "run", "--steps", "2"))
    assert ended.status == 0, ended
    assert ended.out.startswith(f"{tmp_path / 'run' / CHECKPOINT}: loss ")
    assert ended.out.endswith("in 2 steps\n")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["logs", CHECKPOINT]
    again = earloop(*pretrain(session, tmp_path / "run", "--steps", "2", "--resume"))
    assert again.status == 0, again
    assert again.out == ended.out


def test_resuming_with_other_choices(refused, earloop, session, tmp_path):
    assert earloop(*pretrain(session, tmp_path / "run", "--steps", "2")).status == 0
    message = refused(*pretrain(session, tmp_path / "run", "--steps", "1", "--resume"))
    assert f"{CHECKPOINT}: --steps 1, but the run was begun with --steps 2" in message


@pytest.mark.parametrize("mixer", MIXERS)
def test_every_mixer_can_be_pretrained_and_its_choices_stand_in_the_checkpoint(earloop, session, tmp_path, mixer):
    chosen = ("--mixer", mixer, "--steps", "1", "--learning-rate", "0.002", "--mask-ratio", "0.25", "--seed", "5")
    assert earloop(*pretrain(session, tmp_path, *chosen)).status == 0
    info, _ = load_checkpoint(tmp_path / CHECKPOINT)
    assert (info.model.mixer, info.training.learning_rate) == (mixer, 0.002)
    assert (info.training.mask_ratio, info.training.seed) == (0.25, 5)


def test_of_two_recordings_one_is_held_out_and_its_loss_is_said(earloop, session, tmp_path):
    second = tmp_path / "second.zarr"
    shutil.copytree(session, second)
    ended = earloop(*pretrain(session, tmp_path / "run", "--recording", second, "--steps", "1"))
    held = load_checkpoint(tmp_path / "run" / CHECKPOINT)[0].held_out
    assert len(held) == 1
    assert re.search(rf"in 1 steps, \d\.\d+ on {held[0]}$", ended.out.strip())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--mask-ratio", "1"],
            "mask_ratio = 1 hides all of a window's 768 tokens; wanted more than 0 and less than 1",
        ),
        (["--learning-rate", "0"], "learning_rate = 0.0: must be positive"),
        (["--devices", "2"], "a batch of 1 windows cannot be split over 2 processes"),
        (["--mixer", "transformer", "--causal"], "mixer transformer cannot be causal"),
    ],
)
def test_pretraining_that_cannot_be_run(refused, session, tmp_path, options, said):
    assert said in refused(*pretrain(session, tmp_path / "run", *options))


def test_resuming_from_nothing(refused, session, tmp_path):
    assert f"{CHECKPOINT}: not a readable checkpoint" in refused(*pretrain(session, tmp_path / "run", "--resume"))


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x02\0\0\0\0\0\0\0{}"])
def test_resuming_from_a_damaged_checkpoint(refused, session, tmp_path, content):
    (tmp_path / CHECKPOINT).write_bytes(content)
    assert CHECKPOINT in refused(*pretrain(session, tmp_path, "--resume"))


def test_a_checkpoint_cut_short(refused, earloop, session, tmp_path):
    assert earloop(*pretrain(session, tmp_path, "--steps", "1")).status == 0
    path = tmp_path / CHECKPOINT
    path.write_bytes(path.read_bytes()[:-100])
    assert "not a readable checkpoint" in refused(*pretrain(session, tmp_path, "--steps", "1", "--resume"))


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_checkpoint_that_cannot_be_written_is_refused_before_training(refused, session, tmp_path, below):
    (tmp_path / "file").write_text("mine")
    message = refused(*pretrain(session, tmp_path / "file" / below, "--steps", "1000000"))
    assert "file" in message


def test_a_recording_too_short_for_a_window(refused, tmp_path):
    path = tmp_path / "short.csv"
    path.write_text("T7,T9,T8,T10\n" + "1,2,3,4\n" * 3999)
    message = refused(*pretrain(path, tmp_path / "run", "--rate", "1000"))
    assert "15 patches: a window needs 16" in message


def test_a_session_whose_description_is_damaged(refused, session, tmp_path):
    path = tmp_path / "a.zarr"
    shutil.copytree(session, path)
    facts = json.loads((path / "zarr.json").read_text())
    del facts["attributes"]["earloop_session"]["sfreq"]
    (path / "zarr.json").write_text(json.dumps(facts))
    assert "a.zarr: damaged session" in refused(*pretrain(path, tmp_path / "run"))


def test_a_design_whose_words_do_not_hold_its_bands_is_warned_of(earloop, design_data, tmp_path):
    text = DEFAULT_DESIGN_PATH.read_text(encoding="utf-8")
    for name, bits in (("input_guard_bits", 2), ("band_guard_bits", 4)):
        text = text.replace(f"{name} = {design_data['fixed_point'][name]}", f"{name} = {bits}")
    path = tmp_path / "narrow.toml"
    path.write_text(text, encoding="utf-8")
    ended = earloop("spec", "check", "--design", path)
    assert ended.status == 0
    assert "warning: eog: its words hold 59" in ended.err
    assert "eeg_delta" not in ended.err
