"""Events with or without their answer, summaries of events, and cancellations of before there were events."""

import re

from lxml.etree import _Element

from core.documentos.abertura import local_name
from core.documentos.chave import CHAVE_NFSE
from core.documentos.conteudo import Evento
from core.documentos.parser.chaves import avisar_ambiente, conferida
from core.documentos.parser.corpo import corpo, e_resposta
from core.documentos.parser.grupo import Contexto, Grupo
from core.documentos.parser.protocolo import status
from core.documentos.parser.recusa import Recusado
from core.fiscal import parece_chave

CANCELAMENTO = "110111"
# An old cancellation that was approved, in time or late, as the answer to an event says it.
_APROVADO = {"101": "135", "151": "155"}
_TIPO_NFSE = re.compile(r"e([0-9]{6})")
# Why, as the kinds call it: a cancellation, a service in disagreement, a delivery that failed.
_PORQUE = ("xJust", "xObs", "xJustMotivo")
_CHAVES = ("chNFe", "chCTe", "chCTeOS", "chMDFe", "chNF3e", "chNFCom", "chBPe", "chDCe", "chCFe")


def evento(raiz: _Element, contexto: Contexto) -> Evento:
    """Read an event, and its answer by local name in any namespace.

    Raises:
        Recusado: it does not say of which document it is, which and which of its kind; or there are several.
    """
    places = [Grupo(place, contexto) for place in raiz.iter("{*}infEvento")]
    answers = [place for place in places if e_resposta(place)]
    bodies = [place for place in places if place not in answers]
    if not bodies:
        raise Recusado("sem_conteudo", "não há infEvento: o que é só resposta não prova nada sem o seu evento")
    if len(bodies) > 1:
        raise Recusado("varios_documentos", f"há {len(bodies)} eventos em um só")
    body = bodies[0]
    chave, tipo, sequencia = _identidade(body, contexto)
    answer = _answer(raiz, answers, (chave, tipo, str(sequencia)), contexto)
    det = body.grupo("detEvento")
    inner = det if "descEvento" in det else det.primeiro()
    ambiente = body.inteiro("tpAmb", 99)
    avisar_ambiente(ambiente, contexto)
    return Evento(
        chave=chave,
        tipo_evento=tipo,
        sequencia=sequencia,
        descricao=inner.texto("descEvento", 120) or answer.texto("xEvento", 120),
        orgao=body.codigo("cOrgao", 2),
        ambiente=ambiente,
        autor=body.documento(),
        data_evento=body.instante("dhEvento"),
        protocolo=answer.codigo("nProt", 17),
        status=status(answer),
        motivo=answer.texto("xMotivo", 300),
        recebido_em=answer.instante("dhRegEvento"),
        correcao=_correcao(inner),
        justificativa=next((said for nome in _PORQUE if (said := inner.texto(nome, 300))), None),
        alvo=inner.texto("nProtEvento", 54) or inner.texto("nProtCE", 54) or inner.texto("nProtIE", 54),
        avisos=contexto.avisos,
    )


def evento_de_nfse(raiz: _Element, contexto: Contexto) -> Evento:
    """Read an event of the national NFS-e: its kind is the name of an element, and who gives it out has registered it.

    Raises:
        Recusado: it does not say of which note it is, or which of the kinds.
    """
    info = corpo(raiz, "infEvento", contexto)
    asked = info.grupo("pedRegEvento", "infPedReg")
    chave = asked.texto("chNFSe", 60) or ""
    if not CHAVE_NFSE.fullmatch(chave):
        raise Recusado("chave_invalida", f"não diz de que NFS-e é: {chave!r} não é a chave de uma")
    tipo = next((found[1] for one in asked.nomes() if (found := _TIPO_NFSE.fullmatch(one))), None)
    if tipo is None:
        raise Recusado("evento_invalido", "o evento não diz o seu tipo")
    inner, ambiente = asked.grupo(f"e{tipo}"), asked.inteiro("tpAmb", 99)
    avisar_ambiente(ambiente, contexto)
    return Evento(
        chave=chave,
        tipo_evento=tipo,
        sequencia=info.inteiro("nSeqEvento", 999) or 1,
        descricao=inner.texto("xDesc", 120),
        ambiente=ambiente,
        autor=asked.codigo("CNPJAutor", 14) or asked.codigo("CPFAutor", 11),
        data_evento=asked.instante("dhEvento"),
        protocolo=info.codigo("nDFSe", 17),
        recebido_em=info.instante("dhProc"),
        justificativa=inner.texto("xMotivo", 300),
        avisos=contexto.avisos,
    )


def resumo_de_evento(raiz: _Element, contexto: Contexto) -> Evento:
    """Read a `resEvento`: what distribution tells of an event.

    Raises:
        Recusado: it does not say of which document it is, which and which of its kind.
    """
    body = Grupo(raiz, contexto)
    chave, tipo, sequencia = _identidade(body, contexto)
    return Evento(
        chave=chave,
        tipo_evento=tipo,
        sequencia=sequencia,
        descricao=body.texto("xEvento", 120),
        orgao=body.codigo("cOrgao", 2),
        ambiente=body.inteiro("tpAmb", 99),
        autor=body.documento(),
        data_evento=body.instante("dhEvento"),
        protocolo=body.codigo("nProt", 17),
        recebido_em=body.instante("dhRecbto"),
        completo=False,
        avisos=contexto.avisos,
    )


def cancelamento_antigo(raiz: _Element, contexto: Contexto) -> Evento:
    """Read a `procCancNFe` or `procCancCTe`, or its two halves, as the event that came in its place.

    Raises:
        Recusado: it does not say of which document it is.
    """
    places = [Grupo(place, contexto) for place in raiz.iter("{*}infCanc")]
    answer = next((place for place in places if e_resposta(place)), contexto.vazio)
    body = next((place for place in places if not e_resposta(place)), answer)
    chave = _chave(body, contexto)
    if (other := _chave_dita(answer)) not in (None, chave):
        contexto.avisar(f"a resposta é da chave {other}, que não é a do cancelamento: não prova nada sobre ele")
        answer = contexto.vazio
    given = status(answer)
    return Evento(
        chave=chave,
        tipo_evento=CANCELAMENTO,
        sequencia=1,
        descricao="Cancelamento",
        orgao=chave[:2],
        ambiente=body.inteiro("tpAmb", 99),
        protocolo=answer.codigo("nProt", 17),
        status=_APROVADO.get(given, given) if given else None,
        motivo=answer.texto("xMotivo", 300),
        data_evento=answer.instante("dhRecbto"),
        recebido_em=answer.instante("dhRecbto"),
        justificativa=body.texto("xJust", 300),
        avisos=contexto.avisos,
    )


def _identidade(body: Grupo, contexto: Contexto) -> tuple[str, str, int]:
    chave = _chave(body, contexto)
    tipo, sequencia = body.texto("tpEvento", 10) or "", body.texto("nSeqEvento", 10) or ""
    if not (tipo.isascii() and tipo.isdigit() and len(tipo) == 6):
        raise Recusado("evento_invalido", f"o evento não diz o seu tipo (tpEvento {tipo!r})")
    if not (sequencia.isascii() and sequencia.isdigit() and len(sequencia) <= 4):
        raise Recusado("evento_invalido", f"o evento não diz a sua sequência (nSeqEvento {sequencia!r})")
    return chave, tipo, int(sequencia)


def _chave_dita(body: Grupo) -> str | None:
    return next((found for nome in _CHAVES if (found := body.texto(nome, 60))), None)


def _chave(body: Grupo, contexto: Contexto) -> str:
    found = _chave_dita(body) or ""
    if not parece_chave(found):
        raise Recusado("chave_invalida", f"não diz de que documento é: {found!r} não é uma chave de acesso")
    return conferida(found, contexto)


def _answer(raiz: _Element, answers: list[Grupo], asked: tuple[str, str, str], contexto: Contexto) -> Grupo:
    """Return the answer to an event by key, kind and number; the worst one where there are several."""
    own = []
    for answer in answers:
        stated = _chave_dita(answer), answer.texto("tpEvento", 10), _number(answer)
        if any(said not in (None, wanted) for said, wanted in zip(stated, asked, strict=True)):
            said = " ".join(filter(None, stated))
            contexto.avisar(f"a resposta é de outro evento ({said}): não prova nada sobre este")
        elif status(answer) is None:
            contexto.avisar("a resposta ao evento não se lê: não há cStat")
        else:
            own.append(answer)
    if not answers and any(local_name(child)[1].casefold().startswith("ret") for child in raiz):
        contexto.avisar("a resposta ao evento não se lê: não traz infEvento")
    return min(own, key=lambda answer: (status(answer) or "").startswith("1"), default=contexto.vazio)


def _number(answer: Grupo) -> str | None:
    return (answer.texto("nSeqEvento", 10) or "").lstrip("0") or None


def _correcao(inner: Grupo) -> str | None:
    """Return the text of a correction letter; a CT-e's names field by field what it corrects."""
    if text := inner.texto("xCorrecao", 5000):
        return text
    lines = []
    for one in inner.grupos("infCorrecao"):
        group, field, value = (one.texto(nome, 600) for nome in ("grupoAlterado", "campoAlterado", "valorAlterado"))
        if group or field or value:
            lines.append(f"{group or ''}/{field or ''}: {value or ''}")
    return "; ".join(lines)[:20000] or None
