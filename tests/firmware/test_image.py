"""The files for flashing tools: the flash as it will stand there."""

from __future__ import annotations

import shutil
import struct

import pytest

from earloop.firmware.image import write_image
from earloop.firmware.size import measure_size
from earloop.spec.errors import EarloopError

pytestmark = pytest.mark.skipif(not shutil.which("arm-none-eabi-gcc"), reason="arm-none-eabi-gcc is not on PATH")


def test_the_image_is_the_flash_and_begins_with_the_vectors(fixed, tmp_path):
    elf, image = write_image(fixed, tmp_path / "new" / "folder")
    flash = image.read_bytes()
    assert len(flash) == measure_size(elf).flash_bytes
    stack_top, reset = struct.unpack_from("<II", flash)
    assert 0x20000000 < stack_top <= 0x20020000  # 128 KB of RAM: DS8626
    assert reset & 1  # Thumb
    assert 0x08000000 < reset < 0x08000000 + len(flash)


def test_a_folder_that_cannot_be_written_is_one_line(fixed, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(EarloopError, match="file: cannot be written"):
        write_image(fixed, tmp_path / "file")
