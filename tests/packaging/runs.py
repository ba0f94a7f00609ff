"""One real run of every command, and the extra that it ends for where nothing but the bare package is installed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """A command as a user types it, in a folder that has the files of `PREPARED`.

    extra : what it needs beyond the bare install; empty if it needs nothing
    serves : it runs until Ctrl-C
    """

    words: str
    extra: str = ""
    serves: bool = False

    @property
    def arguments(self) -> list[str]:
        """The words after `earloop`."""
        return self.words.split()[1:]


# A session, two corpora, potentials and a transcript: the bare install makes them itself.
PREPARED = (
    Run("earloop synth --seconds 12 --out session.zarr"),
    Run("earloop synth --hours 0.01 --session-seconds 15 --out corpus.zarr"),
    Run("earloop synth --scenario ssvep --hours 0.02 --out task.zarr"),
    Run("earloop synth --seconds 12 --unit uV --out potentials.zarr"),
    Run("earloop hil run --device firmware --recording session.zarr --transcript kept.transcript --out emulated"),
)
# What stands in for a file that a command would read if it got so far.
NAMED_ONLY = ("earbud.fif", "encoder.safetensors", "decoder.safetensors")
TABLE = ("board.csv", "\t".join(["1.0"] * 15) + "\n")

RUNS = (
    Run("earloop --version"),
    Run("earloop corpus info corpus.zarr"),
    Run("earloop corpus check corpus.zarr"),
    Run("earloop corpus export corpus.zarr --bids bids", "mne"),
    Run("earloop decode --decoder decoder.safetensors session.zarr --out decoded.csv", "train"),
    Run("earloop demo --out demo", "train"),
    Run("earloop doctor"),
    Run("earloop embed --checkpoint encoder.safetensors session.zarr --out features.npz", "train"),
    Run("earloop experiment tokenization --budget smoke --work work --out experiment", "train"),
    Run("earloop export encoder.safetensors --onnx encoder.onnx", "train"),
    Run("earloop finetune --recording session.zarr --window 0:1 --out finetuned", "train"),
    Run("earloop firmware size"),
    Run("earloop firmware build --out firmware"),
    Run("earloop firmware fuzz --runs 1000"),
    Run("earloop hil acquire --device simulated --recording potentials.zarr --out acquired"),
    Run("earloop hil analog --generator simulated --device simulated --recording potentials.zarr --out analog"),
    Run(
        "earloop hil analog --generator visa:x --device serial --port none --recording potentials.zarr --out visa",
        "analog",
    ),
    Run(
        "earloop hil analog --generator sound:x --device serial --port none --recording potentials.zarr --out sound",
        "analog",
    ),
    Run("earloop hil devices"),
    Run("earloop hil faults"),
    Run("earloop hil cyton --recording session.zarr", serves=True),
    Run("earloop hil replay kept.transcript --recording session.zarr --out replayed"),
    Run("earloop hil generators", "analog"),
    Run("earloop hil record --lsl EEG --seconds 1 --out recorded.zarr", "lsl"),
    Run("earloop hil run --device golden --recording session.zarr --out run"),
    Run("earloop hil run --device rtl --recording session.zarr --out rtl", "rtl"),
    Run("earloop hil run --device ble --recording session.zarr --out ble", "ble"),
    Run("earloop hil run --device golden --recording session.zarr --checkpoint encoder.safetensors --out m", "train"),
    Run("earloop hil run --device golden --recording earbud.fif --out fif", "mne"),
    Run("earloop hil serve --device golden --recording session.zarr --no-browser", "live"),
    Run("earloop hil stream --lsl --device golden --recording session.zarr", "lsl"),
    Run("earloop pretrain --corpus corpus.zarr --out pretrained", "train"),
    Run("earloop recording info session.zarr"),
    Run("earloop recording info earbud.fif", "mne"),
    Run("earloop recording info board.csv --board CYTON_BOARD", "brainflow"),
    Run("earloop rtl synth", "rtl"),
    Run("earloop rtl power", "rtl"),
    Run("earloop sim timeline --minutes 0.1 --instructions 1000"),
    Run("earloop sim view session.zarr --out view.png"),
    Run("earloop spec check"),
    Run("earloop spec from-recording potentials.zarr --out own.toml"),
    Run("earloop spec generate --root generated"),
    Run("earloop spec list"),
    Run("earloop spec of-task task.zarr --out task.toml"),
    Run("earloop spec show"),
    Run("earloop synth --hours 0.01 --scheduler tcp://127.0.0.1:1 --out on-cluster.zarr", "cluster"),
)
