"""A ZIP written as a stream, in the memory of one member however many there are.

The standard library keeps an object for each member until the end, and reads none of what it wrote before; here the
directory waits in a temporary file. Both the classic form and ZIP64 are written, as APPNOTE.TXT 6.3.10 has them.
"""

import shutil
import struct
import tempfile
import zlib
from datetime import datetime
from types import TracebackType
from typing import IO

_LOCAL, _CENTRAL = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I")
_END, _END64, _LOCATOR = struct.Struct("<4s4H2IH"), struct.Struct("<4sQ2H2I4Q"), struct.Struct("<4sIQI")
_DEFLATED, _UTF8, _PLAIN, _WIDE, _UNIX = 8, 1 << 11, 20, 45, 3 << 8
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_FILE = 0o100644 << 16
# Until the directory has so many bytes it waits in memory.
SPOOL_BYTES = 256 * 1024


class ZipWriter:
    """A ZIP on its way into a file object, which is only written to, in order; `count` members are in it.

    Closed by leaving its context; left by a fault, it is no ZIP.
    """

    def __init__(self, to: IO[bytes]) -> None:
        self.count, self.size = 0, 0
        self._to = to
        self._directory = tempfile.SpooledTemporaryFile(SPOOL_BYTES)  # noqa: SIM115 - closed with the writer

    def __enter__(self) -> "ZipWriter":
        return self

    def __exit__(
        self, fault: type[BaseException] | None, _one: BaseException | None, _at: TracebackType | None
    ) -> None:
        with self._directory:
            if fault is None:
                self._finish()

    def add(self, name: str, content: bytes, when: datetime | None = None) -> None:
        """Write a member; `when` is what its clock shows, from 1980 on."""
        packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = packer.compress(content) + packer.flush()
        raw, stamp = name.encode(), _stamp(when)
        sizes = (zlib.crc32(content), len(packed), len(content), len(raw))
        self._record(raw, stamp, sizes)
        self._write(_LOCAL.pack(b"PK\x03\x04", _PLAIN, _UTF8, _DEFLATED, *stamp, *sizes, 0) + raw)
        self._write(packed)
        self.count += 1

    def _record(self, raw: bytes, stamp: tuple[int, int], sizes: tuple[int, int, int, int]) -> None:
        """Note a member that begins here for the directory."""
        far = self.size >= _FULL32
        version, at = (_WIDE, _FULL32) if far else (_PLAIN, self.size)
        extra = struct.pack("<2HQ", 1, 8, self.size) if far else b""
        kind = (_UNIX | version, version, _UTF8, _DEFLATED, *stamp)
        head = _CENTRAL.pack(b"PK\x01\x02", *kind, *sizes, len(extra), 0, 0, 0, _FILE, at)
        self._directory.write(head + raw + extra)

    def _finish(self) -> None:
        begins, length = self.size, self._directory.tell()
        self._directory.seek(0)
        shutil.copyfileobj(self._directory, self._to)
        self.size += length
        if self.count >= _FULL16 or begins >= _FULL32 or length >= _FULL32:
            ends = self.size
            counts = (_WIDE, _WIDE, 0, 0, self.count, self.count)
            self._write(_END64.pack(b"PK\x06\x06", _END64.size - 12, *counts, length, begins))
            self._write(_LOCATOR.pack(b"PK\x06\x07", 0, ends, 1))
        count, place = min(self.count, _FULL16), min(begins, _FULL32)
        self._write(_END.pack(b"PK\x05\x06", 0, 0, count, count, min(length, _FULL32), place, 0))

    def _write(self, raw: bytes) -> None:
        self._to.write(raw)
        self.size += len(raw)


def _stamp(when: datetime | None) -> tuple[int, int]:
    """Return an instant as MS-DOS has it: the time, then the day."""
    if when is None or not 1980 <= when.year <= 2107:
        return 0, 1 << 5 | 1
    return (
        when.hour << 11 | when.minute << 5 | when.second // 2,
        (when.year - 1980) << 9 | when.month << 5 | when.day,
    )
