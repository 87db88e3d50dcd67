"""The documents in the bytes of a file, each with what it says and its exact bytes."""

from dataclasses import replace

from lxml.etree import _Element

from core.documentos.abertura import Aberto, Recusa, abrir, analisar, local_name
from core.documentos.conteudo import Parte
from core.documentos.espacos import BPE, CTE, MDFE, NF3E, NFCOM, NFE, NFSE, SAT
from core.documentos.lote import TooLarge, cortados
from core.documentos.motivos import frase
from core.documentos.parser.grupo import Contexto
from core.documentos.parser.recusa import Recusado
from core.documentos.parser.tabela import leitor, partes_do_lote
from core.documentos.texto import FALLBACK, MIXED, adapted
from core.logs import get_logger

LIMITE = 10 * 1024 * 1024
_ESPECIES = {NFE: "nfe", CTE: "cte", SAT: "cfe", MDFE: "mdfe", NF3E: "nf3e", NFCOM: "nfcom", BPE: "bpe", NFSE: "nfse"}
_MARKED = {
    FALLBACK: "o texto não é UTF-8: foi lido como Windows-1252",
    MIXED: "o texto mistura UTF-8 e Windows-1252",
}
log = get_logger(__name__)


def ler_documentos(content: bytes, limite: int = LIMITE) -> list[Parte]:
    """Return the documents of a file of at most `limite` bytes; at least one part for any content, never an error."""
    try:
        return _partes(content, limite)
    except Exception:
        log.exception("document could not be read", tamanho=len(content))
        return [_recusada(content, "erro_de_leitura", frase("erro_de_leitura"))]


def _partes(content: bytes, limite: int) -> list[Parte]:
    found = abrir(content, limite)
    if isinstance(found, Recusa):
        if found.motivo == "grande_demais":
            return [_recusada(b"", found.motivo, f"o arquivo tem mais de {limite // (1024 * 1024)} MiB")]
        return [_recusada(content, found.motivo, frase(found.motivo, found.mensagem))]
    marked = _MARKED.get(found.decodificado.encoding)
    if (names := partes_do_lote(found.nome())) is not None:
        return _do_lote(content, found, names, marked)
    return [_lida(content, found.raiz, marked)]


def _do_lote(content: bytes, lot: Aberto, names: frozenset[str], marked: str | None) -> list[Parte]:
    try:
        texts = cortados(adapted(lot.decodificado.text), names)
    except TooLarge:
        return [_recusada(content, "grande_demais", "os documentos do lote, cada um por si, passam do tamanho máximo")]
    except ValueError as error:
        # one parser reads names of letters that the other does not
        return [_recusada(content, "xml_invalido", f"o lote não se separa em documentos: {error}")]
    if not texts:
        said = f"{lot.nome()[1][:60]} não traz nenhum documento ({', '.join(sorted(names))})"
        return [_recusada(content, "lote_vazio", said)]
    return [_parte_do_lote(place, text.encode(), marked) for place, text in enumerate(texts, 1)]


def _parte_do_lote(place: int, content: bytes, marked: str | None) -> Parte:
    root = analisar(content)
    if isinstance(root, Recusa):
        return _recusada(content, root.motivo, frase(root.motivo, root.mensagem), place)
    return _lida(content, root, marked, place)


def _lida(content: bytes, root: _Element, marked: str | None, place: int = 0) -> Parte:
    name = local_name(root)
    contexto = Contexto(name[0])
    if marked:
        contexto.avisar(marked)
    try:
        conteudo = leitor(name, contexto)(root, contexto)
    except Recusado as fault:
        refused = _recusada(content, fault.motivo, fault.mensagem, place)
        return replace(refused, chave=fault.chave, especie=_ESPECIES.get(name[0]))
    return Parte(numero=place, texto=content, conteudo=conteudo)


def _recusada(content: bytes, motivo: str, mensagem: str, place: int = 0) -> Parte:
    return Parte(numero=place, texto=content, motivo=motivo, mensagem=mensagem[:500])
