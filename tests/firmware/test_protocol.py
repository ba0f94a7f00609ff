"""The structs of protocol.h against Python's `struct`: a C program unpacks payloads, prints them, packs them again."""

from __future__ import annotations

import json
import struct
import subprocess
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earloop.firmware.build import SANITIZERS, SOURCES, WARNINGS
from earloop.spec.generate import C_PROTOCOL_HEADER
from earloop.spec.messages import Hello, Start
from earloop.spec.payload_layout import MESSAGES, layout_of, payload_fields
from earloop.system.project import ROOT

ROUNDS = 40

# `print_bytes` writes a JSON string of hexadecimal digits; each message is one line of one JSON object.
HEAD = """
#include <stdio.h>
#include <stdlib.h>
#include "protocol.h"

static void print_bytes(const uint8_t *bytes, size_t count)
{
    putchar('"');
    for (size_t i = 0; i < count; i++) {
        printf("%02x", bytes[i]);
    }
    putchar('"');
}
"""

MAIN = """
int main(void)
{
    for (int next; (next = getchar()) != EOF;) {
        ungetc(next, stdin);
CALLS
    }
    return 0;
}
"""


def reader_of(name):
    """C: read one payload into memory of exactly its size, unpack, print every field and the payload packed again."""
    upper, message = name.upper(), MESSAGES[name]
    lines = [
        f"static void read_{name}(void)",
        "{",
        f"    uint8_t *in = malloc(PAYLOAD_{upper}), *out = malloc(PAYLOAD_{upper});",
        f"    if (fread(in, 1, PAYLOAD_{upper}, stdin) != PAYLOAD_{upper}) {{ exit(1); }}",
        f"    struct protocol_{name} fields = protocol_unpack_{name}(in);",
        f"    if (protocol_pack_{name}(out, &fields) != out + PAYLOAD_{upper}) {{ exit(2); }}",
        f'    printf("{{\\"packed\\": "); print_bytes(out, PAYLOAD_{upper});',
    ]
    for field in payload_fields(message):
        lines.append(f'    printf(", \\"{field.name}\\": ");')
        if field.is_integer:
            lines.append(f'    printf("%llu", (unsigned long long)fields.{field.name});')
        else:
            lines.append(f"    print_bytes(fields.{field.name}, PAYLOAD_{upper}_{field.name.upper()});")
    return "\n".join([*lines, '    printf("}\\n");', "    free(in);", "    free(out);", "}\n"])


@pytest.fixture(scope="module")
def probe(tmp_path_factory):
    """The program: its input is one payload of each message in turn, as often as they come."""
    folder = tmp_path_factory.mktemp("probe")
    calls = "\n".join(f"        read_{name}();" for name in MESSAGES)
    main = MAIN.replace("CALLS", calls)
    (folder / "probe.c").write_text(HEAD + "\n".join(map(reader_of, MESSAGES)) + main)
    includes = (f"-I{ROOT / C_PROTOCOL_HEADER.parent}", f"-I{SOURCES}")
    command = ["gcc", "-std=c11", *WARNINGS, *SANITIZERS, *includes, folder / "probe.c", "-o", folder / "probe"]
    subprocess.run(command, check=True)
    return folder / "probe"


def test_every_field_in_c_is_where_python_packs_it(probe):
    rng = np.random.default_rng(5)
    payloads = [(name, rng.bytes(layout_of(message).size)) for _ in range(ROUNDS) for name, message in MESSAGES.items()]
    done = subprocess.run([probe], input=b"".join(payload for _, payload in payloads), capture_output=True, check=True)
    lines = done.stdout.decode().splitlines()
    assert len(lines) == len(payloads)
    for (name, payload), line in zip(payloads, lines, strict=True):
        layout, found = layout_of(MESSAGES[name]), json.loads(line)
        assert bytes.fromhex(found.pop("packed")) == payload, name
        values = [bytes.fromhex(value) if isinstance(value, str) else value for value in found.values()]
        assert struct.pack(layout.format, *values) == payload, name
        assert [*found] == [field.name for field in fields(MESSAGES[name])][: len(found)]


@given(
    session=st.integers(0, 2**32 - 1),
    frames_out=st.integers(0, 2**32 - 1),
    hash_bytes=st.binary(min_size=32, max_size=32),
)
def test_the_layout_finds_the_fields_of_a_packed_hello(session, frames_out, hash_bytes):
    hello = Hello(2, hash_bytes, b"12345678", b"serialnumber", 31, 1, 4, 12, 50, 20, 8, 3, 1, 10, session, frames_out)
    payload = hello.pack()
    for field in payload_fields(Hello):
        part = payload[field.offset : field.offset + field.size]
        wanted = getattr(hello, field.name)
        assert (int.from_bytes(part, "little") if field.is_integer else part) == wanted
    assert Hello.version_of(payload) == 2


@pytest.mark.parametrize("layout", [">IH", "IH", "<iH", "<IxH", "<2HI", "<fH"])
def test_a_struct_that_c_would_lay_out_otherwise_is_refused(layout, monkeypatch):
    monkeypatch.setattr(Start, "LAYOUT", struct.Struct(layout))
    with pytest.raises(ValueError, match=r"Start: struct .*: wanted '<'"):
        payload_fields(Start)
