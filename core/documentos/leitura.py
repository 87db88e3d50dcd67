"""What a file is to Questor: kind and identity of the fiscal documents in it, or why there are none."""

from dataclasses import replace

from core.documentos.abertura import Aberto, Recusa, abrir, analisar
from core.documentos.lote import TooLarge, cortados
from core.documentos.raizes import CUPONS, LOTES, Acao, Leitura, classified, separar
from core.documentos.texto import FALLBACK, MIXED, Decoded, adapted, decode

LIMITE = 5 * 1024 * 1024
MARKED = {FALLBACK: "lido_como_windows_1252", MIXED: "codificacao_mista"}


def ler(content: bytes) -> list[Leitura]:
    """Read one file; return at least one result for any content, more than one only for a lot of coupons."""
    found = abrir(content, LIMITE)
    if isinstance(found, Recusa):
        return [separar(found.motivo, found.mensagem)]
    if found.nome()[1] in LOTES:
        return _parts(found)
    return [_marked(classified(found.raiz), found.decodificado)]


def texto(content: bytes) -> str:
    """Return the text of a document as it is sent.

    Raises:
        ValueError: it is no text.
    """
    return adapted(decode(content).text)


def textos_do_lote(content: bytes) -> list[str]:
    """Return the texts of the coupons of a lot, in their order.

    Raises:
        ValueError: it is no text, or no XML.
    """
    return cortados(texto(content), CUPONS)


def _parts(lot: Aberto) -> list[Leitura]:
    try:
        found = cortados(adapted(lot.decodificado.text), CUPONS)
    except TooLarge:
        return [separar("grande_demais", "os cupons do lote, cada um por si, passam do tamanho que se lê")]
    except ValueError as error:
        # one parser reads names of letters that the other does not
        return [separar("xml_invalido", f"o lote não se separa em cupons: {error}")]
    if not found:
        return [separar("lote_vazio", "o lote não traz nenhum cupom")]
    return [replace(_marked(_of_part(text), lot.decodificado), parte=place) for place, text in enumerate(found, 1)]


def _of_part(text: str) -> Leitura:
    root = analisar(text.encode())
    return separar(root.motivo, root.mensagem) if isinstance(root, Recusa) else classified(root)


def _marked(found: Leitura, decoded: Decoded) -> Leitura:
    if found.acao is Acao.IMPORTAR and decoded.encoding in MARKED:
        return replace(found, motivo=MARKED[decoded.encoding])
    return found
