"""What is written to the disk stays there after a power cut; whether it takes anything at all."""

import contextlib
import errno
import os
import shutil
import tempfile
from pathlib import Path

# An empty file takes no block, and one of zeros takes none on a disk that packs them.
PROBE_BYTES = 65_536
# That a disk has no room, or none for this account or for a file that is so large.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def sync_folder(folder: Path | bytes) -> None:
    """Write the names of a folder to the disk, where the system can: Windows opens no folder."""
    with contextlib.suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def proven_room(folder: Path) -> int:
    """Write a file without a name through to the disk of a folder; return the bytes that are free.

    Raises:
        OSError: the disk does not take it, or would only from root, for whom it keeps some room.
    """
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(os.urandom(PROBE_BYTES))
        probe.flush()
        os.fsync(probe.fileno())
    free = shutil.disk_usage(folder).free
    if free < PROBE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return free
