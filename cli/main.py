"""The command `earloop`: its subcommands, and errors as one line."""

from __future__ import annotations

import logging
import os
import sys
from io import TextIOWrapper
from typing import Any

import click

from earloop.cli.lazy_group import LazyGroup
from earloop.spec.errors import EarloopError, unexpected
from earloop.system.text import visible

COMMANDS = {
    "corpus": "Look at, check and export a corpus.",
    "decode": "What a decoder makes of a recording.",
    "demo": "The whole loop once, from synthetic body to verdict.",
    "doctor": "Which tools are here, whether they suffice, and what is lost without them.",
    "embed": "What a pretrained encoder makes of a recording.",
    "experiment": "Answer a question about the model by a table and a figure.",
    "export": "A pretrained encoder as ONNX, as a torch.export program, as a hub's folder.",
    "finetune": "Fine-tune on a task, and compare with the baselines.",
    "firmware": "Look at the firmware that a design makes.",
    "hil": "Replay recordings through devices and judge them.",
    "pretrain": "Pretrain PiMT-Mamba on the tokens of recordings.",
    "recording": "Look at recording files.",
    "rtl": "Synthesise the Verilog for an FPGA.",
    "sim": "Simulate the earbud as a system: its timeline, its energy; look at sessions.",
    "spec": "Check, show and generate from the design file.",
    "synth": "Synthesise a session, or a corpus of many people, at the electrodes or at the converter.",
}
EXIT_COULD_NOT_RUN = 2
LOG = logging.getLogger("earloop")
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells have it


@click.group(
    cls=LazyGroup,
    modules="earloop.cli.commands.{}",
    summaries=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="earloop")
@click.option("--debug", is_flag=True, help="Show where an error comes from.")
def cli(debug: bool) -> None:
    """Hardware-in-the-loop simulation and firmware co-design for ear-worn ExG."""
    if debug:
        logging.basicConfig(format="%(message)s")
        LOG.setLevel(logging.DEBUG)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line.

    It exits with 2 and one line where something given to it is wrong, or where it fails itself; 1 is for verdicts.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # the name of a file may be no text
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(cli.main(arguments, prog_name="earloop", standalone_mode=False))
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
    except BrokenPipeError:  # whoever read standard output wants no more, such as `head`
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
