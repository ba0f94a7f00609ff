"""The whole loop once: body, electrodes, the tokenizer in four implementations, pretraining, verdicts, one summary.

Each stage stores a hash of its inputs next to its result. A stage whose hash is unchanged does not run again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from earloop.cli.output.console import progress, training_progress
from earloop.cli.output.demo_page import write_page
from earloop.hil.devices.open_device import open_device
from earloop.hil.judging.judge import judge
from earloop.hil.reports.summary import SUMMARY_NAME, write_report
from earloop.model.config import PretrainConfig
from earloop.model.pretraining.checkpoint import CHECKPOINT_NAME, CheckpointInfo, load_checkpoint
from earloop.model.pretraining.trainer import model_config, pretrain
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import Recording, read_recording, write_session
from earloop.sim import convert
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign
from earloop.synth_data import draw_subject, synthesise
from earloop.system.sources import source_key
from earloop.system.whole import writing

SECONDS, SEED, PRESET = 60.0, 1, "nano"
TRAINING = PretrainConfig(steps=120, batch=4, learning_rate=2e-2, validation_windows=8, validate_every=12, seed=SEED)
HELD_OUT, HELD_OUT_SECONDS, HELD_OUT_SEED = "another person", 24.0, 2  # the encoder never learns from this person
DEVICES = ("rtl", "firmware")
SESSION_NAME = "session.zarr"

BODY_ROOMS = ("spec", "recordings", "synth_data", "sim")
STAGE_ROOMS = {
    "synthesise": BODY_ROOMS,
    "pretrain": (*BODY_ROOMS, "model", "hil"),
    "rtl": (*BODY_ROOMS, "hw", "hil"),
    "firmware": (*BODY_ROOMS, "firmware", "hil"),
}


@dataclass(frozen=True)
class Demo:
    """One demonstration: a compiled design, an output folder, and a function that prints."""

    fixed: FixedDesign
    out: Path
    say: Callable[[str], None]

    def run(self) -> dict[str, Any]:
        """Run every stage that is not up to date, and write `summary.json` and `report.html`.

        Raises
        ------
        EarloopError
            The folder holds something else, or a stage cannot be run.
        """
        self._claim_folder()
        if not self._is_current("synthesise", self.out / SESSION_NAME):
            self._synthesise()
        session = read_recording(self.out / SESSION_NAME)
        if not self._is_current("pretrain", self.out / CHECKPOINT_NAME):
            self._pretrain(session)
        for kind in DEVICES:
            if not self._is_current(kind, self.out / kind / SUMMARY_NAME):
                self._judge(kind, session)
        summary = self._summarise()
        (self.out / SUMMARY_NAME).write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
        write_page(summary, session, self.fixed, self.trained, self.out)
        return summary

    @property
    def trained(self) -> CheckpointInfo:
        """The result of pretraining: the loss of each step, and the loss on the person held out."""
        return load_checkpoint(self.out / CHECKPOINT_NAME)[0]

    def _claim_folder(self) -> None:
        """Accept the folder if it is new, empty, or written by an earlier demo."""
        marker = self.out / ".keys"
        if self.out.exists() and not marker.is_dir() and (not self.out.is_dir() or any(self.out.iterdir())):
            raise EarloopError(f"{self.out}: holds files that no demo wrote; choose another --out")
        with writing(self.out, EarloopError):
            marker.mkdir(parents=True, exist_ok=True)

    def _synthesise(self) -> None:
        self.say(f"  one adult, {SECONDS:g} s: rest, saccades, blinks, clenches, walking")
        session = synthesise(self.fixed.design, duration_s=SECONDS, seed=SEED)
        recording = convert(session, self.fixed.design, seed=SEED)
        write_session(recording, self.out / SESSION_NAME)
        self._keep("synthesise")

    def _pretrain(self, session: Recording) -> None:
        design = self.fixed.design
        subject = draw_subject("second", np.random.default_rng(HELD_OUT_SEED))
        body = synthesise(design, duration_s=HELD_OUT_SECONDS, seed=HELD_OUT_SEED, subject=subject)
        other = convert(body, design, seed=HELD_OUT_SEED)
        streams = (
            tokenize(session, design, name=SESSION_NAME, subject="adult"),
            tokenize(
                other, design, name=HELD_OUT, subject=subject.name
            ),  # their names decide that the second is held out
        )
        with training_progress(TRAINING.steps) as advance:
            pretrain(
                streams,
                self.out,
                TRAINING,
                model_config(design, PRESET),
                overwrite=True,
                advance=advance,
            )
        self._keep("pretrain")

    def _judge(self, kind: str, session: Recording) -> None:
        with (
            open_device(kind, self.fixed) as device,
            progress(f"replay into {kind}", len(session.data), "samples") as advance,
        ):
            verdict = judge(device, session, self.fixed, advance)
        write_report(verdict, self.fixed.design, SESSION_NAME, self.out / kind)
        self._keep(kind)

    def _summarise(self) -> dict[str, Any]:
        by_device = {k: json.loads((self.out / k / SUMMARY_NAME).read_text(encoding="utf-8")) for k in DEVICES}
        trained = self.trained
        kept = ("verdict", "tokens", "mismatches", "realtime_factor")
        return {
            "design_hash": self.fixed.design.design_hash,
            **{k: {name: summary[name] for name in kept} | summary["measurements"] for k, summary in by_device.items()},
            "sqnr_db": by_device["rtl"]["sqnr_db"],
            "worst_sqnr": by_device["rtl"]["worst_sqnr"],
            "pretrain": {
                "steps": len(trained.losses),
                "held_out": trained.held_out[0],
                "held_out_loss_first": trained.validation[0][1],
                "held_out_loss_last": trained.validation[-1][1],
            },
        }

    def _is_current(self, stage: str, product: Path) -> bool:
        kept = self.out / ".keys" / stage
        current = product.exists() and kept.exists() and kept.read_text(encoding="utf-8") == self._key(stage)
        self.say(f"{stage}{': unchanged since the last run' if current else ''}")
        return current

    def _keep(self, stage: str) -> None:
        (self.out / ".keys" / stage).write_text(self._key(stage), encoding="utf-8")

    def _key(self, stage: str) -> str:
        parameters = [
            self.fixed.design.design_hash,
            SECONDS,
            SEED,
            HELD_OUT_SECONDS,
            PRESET,
            asdict(TRAINING),
            Path(__file__).read_text("utf-8"),
        ]
        return hashlib.sha256((source_key(STAGE_ROOMS[stage]) + json.dumps(parameters)).encode()).hexdigest()
