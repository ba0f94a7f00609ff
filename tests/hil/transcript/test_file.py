"""The file of a transcript: it says what was written, and of any damage where it is."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earloop.hil.run.device import Identity
from earloop.hil.transcript.destination import check_transcript_path
from earloop.hil.transcript.format import (
    CRC,
    MAGIC,
    PREAMBLE,
    VERSION,
    Header,
    RecordingRead,
    RecordKind,
    TranscriptError,
    TranscriptRecord,
    encode_header,
    encode_record,
)
from earloop.hil.transcript.reader import read_transcript
from earloop.recordings import ReadOptions

RECORDS = [
    (5, RecordKind.SAID, b"hello\0"),
    (300, RecordKind.HEARD, b""),
    (50_000, RecordKind.FAILED, b"gone"),
    (1, RecordKind.HEARD, b"\0x\0"),
]
READ = RecordingRead("a", ReadOptions(rate_hz=250.0, channels=("B",)))
HEADER = Header(
    protocol=2,
    design_hash="ab" * 32,
    identity=Identity(kind="serial", name="an earbud", design_hash="ab" * 32, build="cd"),
    recording=READ,
    silence_s=5.0,
)


def packed(header=HEADER, records=RECORDS):
    """The parts of a file: header, records, END."""
    part, crc = encode_header(header)
    parts = [part]
    for record in [*records, (7, RecordKind.END, b"")]:
        part, crc = encode_record(*record, crc)
        parts.append(part)
    return parts


WHOLE = b"".join(packed())


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    path = tmp_path_factory.mktemp("transcript") / "a.transcript"

    def of(content):
        path.write_bytes(content)
        return read_transcript(path)

    return of


def test_what_is_written_is_read(read):
    transcript = read(WHOLE)
    assert transcript.header == HEADER
    assert transcript.complete
    assert [record.at_us for record in transcript.records] == [5, 305, 50_305, 50_306]
    assert [(record.kind, record.data) for record in transcript.records] == [record[1:] for record in RECORDS]


def test_an_earbud_that_never_said_who_it_is(read):
    header = Header(protocol=2, design_hash="ab" * 32, identity=None, recording=RecordingRead("a"), silence_s=5.0)
    assert read(b"".join(packed(header))).header == header


def test_the_bytes_are_those_of_the_description(read):
    """A record made by hand."""
    header = packed()[0]
    head = (1000).to_bytes(4, "little") + (2).to_bytes(4, "little") + b"\x02"
    body = head + crc16_xmodem(head).to_bytes(2, "little") + b"ab"
    crc = crc32(body, int.from_bytes(header[-4:], "little"))
    assert read(header + body + crc.to_bytes(4, "little")).records == (TranscriptRecord(1000, RecordKind.SAID, b"ab"),)


def crc16_xmodem(data):
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ (0x1021 if crc & 0x8000 else 0)
        crc &= 0xFFFF
    return crc


def crc32(data, before):
    """IEEE 802.3, bit by bit, gone on with."""
    crc = before ^ 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@given(at=st.integers(0, len(WHOLE) - 1), change=st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(read, at, change):
    with pytest.raises(TranscriptError):
        read(WHOLE[:at] + bytes([WHOLE[at] ^ change]) + WHOLE[at + 1 :])


@pytest.mark.parametrize("exchange", range(4))
def test_damage_is_named_by_its_exchange_and_its_place(read, exchange):
    parts = packed()
    at = sum(map(len, parts[: exchange + 1]))
    damaged = bytearray(WHOLE)
    damaged[at + len(parts[exchange + 1]) - 1] ^= 1
    with pytest.raises(TranscriptError, match=f"damaged at exchange {exchange}, byte {at} of the file"):
        read(bytes(damaged))


@pytest.mark.parametrize("order", [(0, 2, 3), (0, 1, 1, 2), (0, 2, 1, 3)], ids=["missing", "doubled", "moved"])
def test_a_record_out_of_its_place_is_damage(read, order):
    parts = packed()
    with pytest.raises(TranscriptError, match=r"damaged at exchange [01],"):
        read(b"".join(parts[i] for i in order))


@given(length=st.integers(0, len(WHOLE) - 1))
def test_a_file_that_was_broken_off_is_read_up_to_there(read, length):
    parts = packed()
    if length < len(parts[0]):
        with pytest.raises(TranscriptError, match=r"no transcript|truncated within its header"):
            read(WHOLE[:length])
        return
    transcript = read(WHOLE[:length])
    whole = sum(sum(map(len, parts[: i + 2])) <= length for i in range(len(RECORDS)))
    assert not transcript.complete
    assert [record.data for record in transcript.records] == [data for _, _, data in RECORDS[:whole]]


def test_another_version_is_named(read):
    with pytest.raises(TranscriptError, match="version 1, wanted 2"):
        read(WHOLE[:8] + b"\x01" + WHOLE[9:])


def test_what_is_no_transcript_is_neither_read_nor_replaced(tmp_path):
    thesis = tmp_path / "thesis.tex"
    thesis.write_text("years of work")
    with pytest.raises(TranscriptError, match="no transcript"):
        read_transcript(thesis)
    with pytest.raises(TranscriptError, match="exists and is no transcript"):
        check_transcript_path(thesis)
    with pytest.raises(TranscriptError, match="cannot be read"):
        read_transcript(tmp_path / "gone")
    with pytest.raises(TranscriptError, match="cannot be a transcript"):
        check_transcript_path(tmp_path)


def test_an_earlier_transcript_may_be_replaced(tmp_path):
    (tmp_path / "a").write_bytes(WHOLE)
    check_transcript_path(tmp_path / "a")


def file_with(header, *records):
    """A file whose checksums fit, whatever stands in it: the JSON of a header, kinds and data of records."""
    body = PREAMBLE.pack(MAGIC, VERSION, len(header)) + header
    crc = zlib.crc32(body)
    body += CRC.pack(crc)
    for kind, data in records:
        part, crc = encode_record(0, kind, data, crc)
        body += part
    return body


def changed(**facts):
    return json.dumps(json.loads(HEADER.pack()) | facts).encode()


BAD_HEADERS = {
    "no JSON": (b"{", "no JSON"),
    "no text": (b"\xff\xfe", "no JSON"),
    "nothing": (b"", "no JSON"),
    "a list": (b"[]", "the whole = "),
    "brackets": (b"[" * 100_000, "no JSON: recursion limit"),
    "a key missing": (b"{}", "protocol: missing"),
    "an unknown key": (changed(colour="red"), "colour: unknown key"),
    "an identity that is a list": (changed(identity=[1]), "identity"),
    "an identity without a name": (changed(identity={"kind": "serial"}), "identity"),
    "a recording that is text": (changed(recording="a"), "recording"),
    "a rate that is text": (changed(recording={"name": "a", "options": {"rate_hz": "250"}}), "rate_hz"),
    "channels that are numbers": (changed(recording={"name": "a", "options": {"channels": [1]}}), "channels"),
    "a hash that is a number": (changed(design_hash=5), "design_hash"),
    "patience without end": (changed(silence_s=float("inf")), "silence_s"),
    "a protocol that is no number": (changed(protocol=None), "protocol"),
}


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_a_header_that_is_none_is_named_though_its_checksum_fits(read, name):
    header, complaint = BAD_HEADERS[name]
    with pytest.raises(TranscriptError, match="its header is invalid: ") as error:
        read(file_with(header))
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 500


@given(kind=st.integers(0, 255).filter(lambda kind: kind not in list(RecordKind)))
def test_a_record_of_an_unknown_kind_is_named_though_its_checksum_fits(read, kind):
    with pytest.raises(TranscriptError, match=f"exchange 1, byte .* is a record of kind {kind}; .* knows 1 to 8"):
        read(file_with(HEADER.pack(), (RecordKind.SAID, b""), (kind, b"")))
