"""Transcripts: headers and records of any content under checksums that fit, read and then played to the host."""

from __future__ import annotations

import json
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from earloop.hil.devices.from_transcript import TranscriptDevice
from earloop.hil.transcript.format import CHECK, CRC, HEAD, MAGIC, PREAMBLE, TranscriptRecord, head_check
from earloop.hil.transcript.reader import read_transcript
from earloop.spec.design import load_design
from earloop.spec.fixed import FixedDesign, compile_design
from earloop.spec.framing import Frame, encode_frame
from earloop.spec.messages import MessageType
from tests.fuzz.chance import Chance
from tests.fuzz.formats import Files, Format
from tests.fuzz.mutate import as_json, damaged, trees
from tests.hil.transcript.short_run import PATH, short_recording

NAME = "a.transcript"


@cache
def _kept() -> tuple[dict[str, Any], tuple[TranscriptRecord, ...]]:
    whole = read_transcript(PATH)
    return json.loads(whole.header.pack()), whole.records


@cache
def _fixed() -> FixedDesign:
    return compile_design(load_design())


def frame(chance: Chance) -> bytes:
    """A whole frame of any message."""
    kind = chance.choice(list(MessageType))
    return encode_frame(Frame(kind, chance.randrange(2**16), chance.binary(0, 40)))


def transcripts(chance: Chance) -> Files:
    facts, records = _kept()
    packed = damaged(chance, as_json(trees(chance, facts)), share=10)
    body = PREAMBLE.pack(MAGIC, 1, len(packed)) + packed
    crc = zlib.crc32(body)
    body += CRC.pack(crc)
    # The conversation up to somewhere, mostly near its beginning, and then something else.
    kept = chance.choice([0, 1, 2, 3, 4, 5, 6, 8, 12, 20, 40, len(records), len(records)])
    parts = [(0, int(record.kind), record.data) for record in records[:kept]]
    for _ in range(chance.choice([0, 0, 1, 3])):
        data = chance.choice([chance.binary(0, 20), frame(chance), b"", b"\xff\xfe", b"\0"])
        kind = chance.randint(1, 8) if chance.randrange(4) else chance.randrange(256)
        parts.insert(chance.randint(max(0, len(parts) - 4), len(parts)), (chance.randint(0, 2**32 - 1), kind, data))
    for delta_us, kind, data in [*parts, (0, 8, b"")][: len(parts) + chance.randint(0, 1)]:
        length = len(data) if chance.randrange(30) else chance.choice([0, 2**31, 2**32 - 1, len(data) + 1])
        head = HEAD.pack(delta_us, length, kind)
        record = head + CHECK.pack(head_check(head)) + data
        crc = zlib.crc32(record, crc)
        body += record + struct.pack("<I", crc)
    return {NAME: damaged(chance, body, share=10)}


def read_a_transcript(folder: Path) -> None:
    transcript = read_transcript(folder / NAME)
    assert all(record.at_us >= 0 for record in transcript.records)
    fixed = _fixed()
    with TranscriptDevice(fixed, transcript) as device:
        if transcript.header.recording is None:
            device.acquire()
        else:
            device.run(short_recording(fixed.design).data, lambda samples: None)


FORMATS = {"transcript": Format(transcripts, read_a_transcript)}
