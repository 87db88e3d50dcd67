"""Ranges of numbers that will not be used: a request, its answer, or both."""

from lxml.etree import _Element

from core.documentos.conteudo import Inutilizacao
from core.documentos.parser.chaves import SIGLAS, avisar_ambiente
from core.documentos.parser.corpo import e_resposta
from core.documentos.parser.grupo import Contexto, Grupo
from core.documentos.parser.protocolo import status
from core.documentos.parser.recusa import Recusado

_INICIO, _FIM = ("nNFIni", "nCTIni"), ("nNFFin", "nCTFin")


def inutilizacao(raiz: _Element, contexto: Contexto) -> Inutilizacao:
    """Read an `inutNFe`, `retInutNFe`, `ProcInutNFe` or the same of CT-e.

    Raises:
        Recusado: it does not say whose numbers they are, or which.
    """
    places = [Grupo(place, contexto) for place in raiz.iter("{*}infInut")]
    answer = next((place for place in places if e_resposta(place)), contexto.vazio)
    body = next((place for place in places if not e_resposta(place)), answer)
    emitente, modelo, uf = body.documento(), body.codigo("mod", 2), SIGLAS.get(body.texto("cUF", 2) or "")
    ano, serie = body.inteiro("ano", 2200), body.inteiro("serie")
    inicio, fim = (_number(body, nomes) for nomes in (_INICIO, _FIM))
    if not emitente or not modelo or not uf or ano is None or serie is None or inicio is None or fim is None:
        raise Recusado("inutilizacao_incompleta", "não diz o emitente, a UF, o ano, o modelo, a série e a faixa")
    if inicio > fim:
        raise Recusado("inutilizacao_incompleta", f"a faixa de {inicio} a {fim} começa depois do fim")
    if not _same(body, answer, inicio, fim):
        contexto.avisar("a resposta é de outra faixa de números: não prova nada sobre esta")
        answer = contexto.vazio
    ambiente = body.inteiro("tpAmb", 99)
    avisar_ambiente(ambiente, contexto)
    return Inutilizacao(
        emit_cnpj=emitente,
        uf=uf,
        ano=ano + 2000 if ano < 100 else ano,
        modelo=modelo,
        serie=serie,
        inicio=inicio,
        fim=fim,
        ambiente=ambiente,
        justificativa=body.texto("xJust", 300),
        protocolo=answer.codigo("nProt", 17),
        status=status(answer),
        recebido_em=answer.instante("dhRecbto"),
        avisos=contexto.avisos,
    )


def _number(body: Grupo, nomes: tuple[str, ...]) -> int | None:
    return next((body.inteiro(nome) for nome in nomes if nome in body), None)


def _same(body: Grupo, answer: Grupo, inicio: int, fim: int) -> bool:
    """Tell whether an answer is about the range that was asked for, as far as it says."""
    said = (_number(answer, _INICIO), _number(answer, _FIM), answer.inteiro("serie"), answer.documento())
    asked = (inicio, fim, body.inteiro("serie"), body.documento())
    return all(one in (None, other) for one, other in zip(said, asked, strict=True))
