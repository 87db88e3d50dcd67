"""How a file that anybody may have put there is opened, and whether the folder it stands in is there at all."""

import os

from core.documentos.paths import shown
from core.errors import Transient
from core.text import os_fault

# A FIFO would wait for ever, a link may lead out of the folder; Windows has neither, and changes the ends of lines.
PLAINLY = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
    PLAINLY |= getattr(os, _flag, 0)


def present(pasta: bytes, *, filled: bool = False) -> None:
    """Look whether a folder is there; with `filled` also whether anything is in it, as in one of which files are known.

    Raises:
        Transient: it is away, as a share that is not mounted: nothing is known of its files.
    """
    try:
        with os.scandir(pasta) as entries:
            empty = filled and next(entries, None) is None
    except OSError as fault:
        reason = os_fault(fault)
    else:
        reason = "está vazia" if empty else ""
    if reason:
        raise Transient(f"A pasta {shown(pasta)[0]} não está acessível agora: {reason}.")
