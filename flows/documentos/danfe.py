"""The printed form of a document (DANFE, DANFC-e, DACTE), drawn by a library of the field in a process of its own.

What the library does with a document of a stranger is its own affair: it may fail, hang or fill the memory, and then
costs the process that draws, no other.
"""

import signal
import subprocess
import sys

from lxml import etree

from core.documentos.abertura import Recusa, analisar
from core.documentos.texto import adapted, decode
from core.errors import Conflict, Rejected
from core.text import cut_bytes
from flows.documentos.drawing import CPU_SECONDS, FORMS

# The library measures every item once more for each page: 990 of them take it two minutes.
SECONDS = float(CPU_SECONDS)
_NFE, _CTE = "{http://www.portalfiscal.inf.br/nfe}", "{http://www.portalfiscal.inf.br/cte}"

# How a process ends that used up its share of a processor; Windows has no such bound.
OUT_OF_TIME = None if sys.platform == "win32" else -signal.SIGXCPU


def danfe(xml: bytes, *, cancelada: bool = False, seconds: float = SECONDS) -> bytes:
    """Return the PDF of a stored NF-e, NFC-e or CT-e, marked when it is cancelled.

    Raises:
        Conflict: documents of this kind have no printed form here.
        Rejected: the library cannot draw this one, or not in time.
    """
    root = _parsed(xml)
    form = _form(root)
    command = [sys.executable, "-m", "flows.documentos.drawing", form, *(["cancelada"] if cancelada else [])]
    try:
        drawn = subprocess.run(command, input=_bare(root), capture_output=True, timeout=seconds, check=False)  # noqa: S603 - our own command
        late = drawn.returncode == OUT_OF_TIME
    except subprocess.TimeoutExpired:
        late = True
    if late:
        raise Rejected(f"O {FORMS[form]} não ficou pronto em {seconds:.0f} segundos; o XML é grande demais.")
    if drawn.returncode or not drawn.stdout.startswith(b"%PDF-"):
        raise Rejected(
            f"A biblioteca que desenha o {FORMS[form]} não entende este documento ({_reason(drawn)}); "
            "o XML guardado está inteiro."
        )
    return drawn.stdout


def _parsed(xml: bytes) -> etree._Element:
    """Parse a text in whichever encoding it was taken in."""
    try:
        root = analisar(adapted(decode(xml).text).encode())
    except ValueError:
        root = Recusa("codificacao")
    if isinstance(root, Recusa):
        raise Rejected("O texto guardado não é um XML que se possa desenhar.")
    return root


def _form(root: etree._Element) -> str:
    if next(root.iter(f"{_NFE}infNFe"), None) is not None:
        return "danfce" if root.findtext(f".//{_NFE}ide/{_NFE}mod") == "65" else "danfe"
    if next(root.iter(f"{_CTE}infCte"), None) is not None:
        return "dacte"
    raise Conflict("Só NF-e, NFC-e e CT-e têm uma forma impressa aqui.")


def _bare(root: etree._Element) -> bytes:
    """Return the document without DOCTYPE, in UTF-8: the library reads with a parser that expands entities."""
    return bytes(etree.tostring(root, encoding="utf-8"))


def _reason(drawn: "subprocess.CompletedProcess[bytes]") -> str:
    said = drawn.stderr.decode("utf-8", "replace").strip().splitlines()
    if drawn.returncode < 0 or not said:
        return f"o processo terminou com {drawn.returncode}"
    return cut_bytes(said[-1], 80)
