"""`python -m flows.documentos.drawing FORM [cancelada]`: an XML on standard input, its PDF on standard output.

It looks nothing up anywhere: the fonts are those that every PDF reader has. What does not stand in them becomes `?`.
"""

import sys
import unicodedata
import warnings
from typing import Any

FORMS = {"danfe": "DANFE", "danfce": "DANFC-e", "dacte": "DACTE"}
MEMORY_BYTES, CPU_SECONDS = 1536 * 1024 * 1024, 300
# The core fonts of PDF know the characters of this encoding.
ENCODING = "cp1252"


def draw(form: str, xml: bytes, *, cancelada: bool) -> bytes:
    """Return the PDF; raise whatever the library raises."""
    text = unicodedata.normalize("NFC", xml.decode()).encode(ENCODING, "replace").decode(ENCODING)
    return bytes(_drawn(form, text, cancelada).output())


def _drawn(form: str, text: str, cancelada: bool) -> Any:
    # Loaded by who draws: it takes longer than most commands do.
    if form == "danfce":
        from brazilfiscalreport.danfce import Danfce, DanfceConfig

        return Danfce(text, DanfceConfig(watermark_cancelled=cancelada))
    if form == "dacte":
        from brazilfiscalreport.dacte import Dacte, DacteConfig

        return Dacte(text, DacteConfig(watermark_cancelled=cancelada, display_ibs_cbs=True))
    from brazilfiscalreport.danfe import Danfe, DanfeConfig

    return Danfe(text, DanfeConfig(watermark_cancelled=cancelada))


def _bound() -> None:
    """Bound this process; where the system has no such bounds, whoever waits for it ends it by the clock."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def main(arguments: list[str]) -> int:
    """Draw within bounds of memory and time; say on standard error in a word why it failed."""
    _bound()
    warnings.simplefilter("ignore")
    form, *more = arguments
    try:
        pdf = draw(form, sys.stdin.buffer.read(), cancelada="cancelada" in more)
    except Exception as fault:  # noqa: BLE001 - a library's fault with one document is an answer
        sys.stderr.write(f"{type(fault).__name__}: {fault}"[:500])
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
