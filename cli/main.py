"""The command `earloop`: its subcommands, and errors as one line."""

from __future__ import annotations

import logging
import os
import shlex
import sys
from dataclasses import dataclass
from io import TextIOWrapper
from typing import Any

import click

from earloop.cli.lazy_group import LazyGroup
from earloop.spec.errors import EarloopError, unexpected
from earloop.system.text import visible

COMMANDS = {
    "corpus": "Show, check and export a corpus.",
    "decode": "Decode a recording with a trained decoder.",
    "demo": "Run the whole loop once, from a synthetic body to a verdict.",
    "doctor": "List the tools that are installed, and what does not work without the others.",
    "embed": "Compute features of a recording with a pretrained encoder.",
    "experiment": "Run an experiment on the model; write a table and a figure.",
    "export": "Export a pretrained encoder: ONNX, torch.export, or a folder for a hub.",
    "finetune": "Fine-tune an encoder on a task, and compare it with baselines.",
    "firmware": "Build, measure and fuzz the firmware of a design.",
    "hil": "Replay recordings through devices and judge them.",
    "pretrain": "Pretrain PiMT-Mamba on the tokens of recordings.",
    "recording": "Show what recording files hold.",
    "rtl": "Synthesise the Verilog for an FPGA; estimate its power.",
    "sim": "Simulate the earbud as a system: timeline and energy; draw sessions.",
    "spec": "Check and show a design file; generate Verilog and C from it.",
    "synth": "Synthesise a session of one person, or a corpus of many.",
}
EXIT_COULD_NOT_RUN = 2
LOG = logging.getLogger("earloop")
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as in a shell


@dataclass(frozen=True)
class CommandLine:
    """What the user typed after `earloop`: the object of every command's context."""

    arguments: tuple[str, ...]

    def __str__(self) -> str:
        """Return the command as a shell takes it."""
        return shlex.join(["earloop", *self.arguments])


@click.group(
    cls=LazyGroup,
    modules="earloop.cli.commands.{}",
    summaries=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="earloop")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Hardware-in-the-loop simulation and firmware co-design for ear-worn ExG."""
    if debug:
        logging.basicConfig(format="%(message)s")
        LOG.setLevel(logging.DEBUG)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line.

    The exit status is 1 for a verdict that fails, and 2, with one line, for a wrong input or a fault of the program.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # the name of a file may hold bytes that are not UTF-8
            stream.reconfigure(errors="backslashreplace")
    try:
        given = sys.argv[1:] if arguments is None else arguments
        sys.exit(cli.main(arguments, prog_name="earloop", standalone_mode=False, obj=CommandLine(tuple(given))))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        hint = f" ({error.ctx.command_path} --help)" if isinstance(error, click.UsageError) and error.ctx else ""
        _complain(error.format_message() + hint)
        sys.exit(EXIT_COULD_NOT_RUN)
    except click.Abort:
        _complain("interrupted")
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:  # the reader of standard output has closed it, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_COULD_NOT_RUN)
    except EarloopError as error:
        LOG.debug("", exc_info=True)
        _complain(str(error))
        sys.exit(EXIT_COULD_NOT_RUN)
    except Exception as error:
        LOG.debug("", exc_info=True)
        _complain(unexpected(error))
        sys.exit(EXIT_COULD_NOT_RUN)


def _complain(message: str) -> None:
    click.echo(f"error: {visible(' '.join(message.split()))}", err=True)
