"""Commands within the text of documents: each is there, and has the options that are named."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from earloop.cli.main import cli
from earloop.system.project import ROOT
from tests.pages import written_pages

COMMENTED = ("docs/plans/*.toml", "action/*.yml", "spec/designs/*.toml", "spec/*.toml")
TEXTS = {
    str(path.relative_to(ROOT)): path.read_text("utf-8").replace("\\\n", " ")
    for path in written_pages() + written_pages(*COMMENTED)
}
NAMED = [
    (path, match[1] or match[2])
    for path, text in TEXTS.items()
    for match in re.finditer(r"`(earloop [^`]+)`|^(?: {4}|\$ |#   )(earloop [a-z].*)$", text, re.MULTILINE)
]


def wrong_with(line):
    """What a command names that is not there; nothing if all is."""
    command, words = cli, shlex.split(line.replace("...", ""), comments=True)[1:]
    context = click.Context(cli)
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        name = words.pop(0)
        if not re.fullmatch(r"[a-z][a-z-]*", name):
            return ""  # COMMAND stands for any
        command = command.get_command(context, name)
        if command is None:
            return name
    known = {
        name for each in (command, cli) for option in each.params for name in (*option.opts, *option.secondary_opts)
    }
    return " ".join(
        word
        for word in words
        if word.startswith("--") and word.partition("=")[0] not in {*known, "--help", "--version"}
    )


def test_there_are_many():
    assert len(NAMED) > 100


@pytest.mark.parametrize(("page", "line"), sorted(set(NAMED)), ids=lambda value: value[:60])
def test_the_command_and_its_options_are_there(page, line):
    parts = [part if part.startswith("earloop") else f"earloop {part}" for part in re.split(r"[;|]\s*", line)]
    assert [wrong for part in parts if (wrong := wrong_with(part))] == []


@pytest.mark.parametrize("line", ["earloop hill run x", "earloop hil run --fautl x", "earloop recording inof x"])
def test_what_is_not_there_is_found(line):
    assert wrong_with(line)
