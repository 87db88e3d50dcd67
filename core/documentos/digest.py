"""The digest that a document was signed with, and the one that SEFAZ answers: whether both are about the same text."""

from lxml.etree import _Element

from core.documentos.abertura import Recusa, abrir
from core.documentos.espacos import DSIG


def assinado(raiz: _Element, chave: str) -> str | None:
    """Return the digest in the signature of a key's document."""
    for reference in raiz.iter(f"{{{DSIG}}}Reference"):
        if (reference.get("URI") or "")[-44:] == chave:
            return nu(reference.findtext(f".//{{{DSIG}}}DigestValue"))
    return None


def respondido(raiz: _Element) -> str | None:
    """Return the digest (`digVal`) in a protocol or summary."""
    return nu(raiz.findtext(".//{*}digVal"))


def diferem(texto: bytes, prova: bytes, chave: str) -> bool:
    """Tell whether a document and a protocol or summary of its key are known to be about two texts."""
    document, proof = abrir(texto, len(texto)), abrir(prova, len(prova))
    if isinstance(document, Recusa) or isinstance(proof, Recusa):
        return False
    signed, answered = assinado(document.raiz, chave), respondido(proof.raiz)
    return signed is not None and answered is not None and signed != answered


def nu(digest: str | None) -> str | None:
    """Return a digest without the spaces that programs break its lines with."""
    return "".join((digest or "").split()) or None
