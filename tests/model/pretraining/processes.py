"""Pretraining in processes of their own: to be killed, or to share a run as those that `torchrun` starts."""

from __future__ import annotations

import multiprocessing
import os
import socket
from multiprocessing.connection import Connection
from pathlib import Path

from earloop.model.config import Machines, PretrainConfig
from earloop.model.tokens.token_stream import TokenStream
from tests.model.pretraining.made import SMALL, tone_stream

# What these import takes seconds: it is done once, in a process from which the others are forked.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["earloop.model.pretraining.trainer"])


def kill_after(
    steps: int, out: Path, config: PretrainConfig, machines: Machines, streams: tuple[TokenStream, ...] | None = None
) -> None:
    """Run until so many losses are reported, then kill (SIGKILL)."""
    ours, theirs = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_report, args=(theirs, out, config, machines, streams or (tone_stream(),)))
    process.start()
    theirs.close()
    for _ in range(steps):
        ours.recv()
    process.kill()
    process.join()


def run_in_two(out: Path, config: PretrainConfig, strategy: str, resume: bool = False) -> list[tuple[float, ...]]:
    """The losses that each of two processes reports of one run."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pipes = [CONTEXT.Pipe() for _ in range(2)]
    processes = [
        CONTEXT.Process(target=_share, args=(theirs, rank, port, out, config, strategy, resume))
        for rank, (_, theirs) in enumerate(pipes)
    ]
    for process in processes:
        process.start()
    for _, theirs in pipes:
        theirs.close()
    losses = [ours.recv() for ours, _ in pipes]
    for process in processes:
        process.join()
    return losses


def _report(
    pipe: Connection, out: Path, config: PretrainConfig, machines: Machines, streams: tuple[TokenStream, ...]
) -> None:
    from earloop.model.pretraining.trainer import pretrain

    pretrain(streams, out, config, SMALL, machines=machines, advance=lambda loss: pipe.send(loss) or True)


def _share(
    pipe: Connection, rank: int, port: int, out: Path, config: PretrainConfig, strategy: str, resume: bool
) -> None:
    os.environ |= {
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2",
        "RANK": str(rank), "LOCAL_RANK": str(rank), "GROUP_RANK": "0", "TORCHELASTIC_RUN_ID": "test",
    }  # fmt: skip
    from earloop.model.pretraining.trainer import pretrain

    machines = Machines(accelerator="cpu", devices=2, strategy=strategy)
    pipe.send(pretrain((tone_stream(),), out, config, SMALL, machines=machines, resume=resume).losses)
