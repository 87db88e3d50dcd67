"""The events about documents: one when a document comes, one for each change of it, one for each file that is none.

docs/reference/contracts/integracoes.md §2. What nobody owns tells nobody.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from core.documentos.conteudo import NOMES, Cabeca, Conhecimento, NotaFiscal
from core.documentos.situacao import Estado
from events.catalog import CteImportado, DocumentoAtualizado, ErroImportacao, NfeImportada, Payload
from events.outbox import Disparo
from flows.documentos.entries import TIPOS
from flows.documentos.known import Ficha

_NAMES = {"NFe": NOMES[NotaFiscal], "CTe": NOMES[Conhecimento]}
# What of a change is our own word, told by the others.
_OURS = frozenset({"situacao", "recebido_em", "correcao_sequencia"})


def about(fichas: Iterable[Ficha]) -> Iterator[Disparo]:
    """Yield what is to be told of documents after a batch, of each in the order in which it happened."""
    for ficha in fichas:
        usuario_id = ficha.dono.usuario_id
        if usuario_id is None:
            continue
        if ficha.nasceu is not None and (came := _came(*ficha.nasceu)):
            yield Disparo.of(came, usuario_id)
        for changed in ficha.mudancas:
            yield Disparo.of(_changed(ficha, changed), usuario_id)


def _came(cabeca: Cabeca, estado: Estado) -> Payload | None:
    match cabeca:
        case NotaFiscal() as nota:
            return NfeImportada(
                chave_acesso=nota.chave,
                numero_nf=_text(nota.numero),
                serie=_text(nota.serie),
                data_emissao=_instant(nota.data_emissao),
                emit_cnpj=nota.emit_cnpj or "",
                emit_nome=nota.emit_nome or "",
                dest_cnpj_cpf=nota.dest_cnpj_cpf or "",
                dest_nome=nota.dest_nome or "",
                valor_total=_money(nota.valor_total),
                valor_produtos=_money(nota.valor_produtos),
                status_nfe=estado.status or "",
            )
        case Conhecimento() as conhecimento:
            return CteImportado(
                chave_acesso=conhecimento.chave,
                numero_ct=_text(conhecimento.numero),
                serie=_text(conhecimento.serie),
                data_emissao=_instant(conhecimento.data_emissao),
                emit_cnpj=conhecimento.emit_cnpj or "",
                emit_nome=conhecimento.emit_nome or "",
                dest_cnpj=conhecimento.dest_cnpj_cpf or "",
                dest_nome=conhecimento.dest_nome or "",
                valor_total=_money(conhecimento.valor_total),
                municipio_inicio=conhecimento.municipio_inicio or "",
                uf_inicio=conhecimento.uf_inicio or "",
                municipio_fim=conhecimento.municipio_fim or "",
                uf_fim=conhecimento.uf_fim or "",
                status_cte=estado.status or "",
            )
    return None


def _changed(ficha: Ficha, changed: Sequence[str]) -> DocumentoAtualizado:
    tipo = TIPOS[ficha.especie]
    names = _NAMES.get(tipo, {})
    named = [names.get(name, name) for name in changed if name not in _OURS]
    return DocumentoAtualizado(chave_acesso=ficha.chave, tipo=tipo, campos_alterados=named)


def failed(
    tipo: str, arquivo_nome: str, chave: str | None, mensagem: str, now: datetime, usuario_id: int | None
) -> Iterator[Disparo]:
    """Yield what is to be told of a file that could not be imported."""
    if usuario_id is not None:
        when = now.isoformat()
        told = ErroImportacao(
            tipo_documento=tipo,
            arquivo_nome=arquivo_nome,
            chave_acesso=chave,
            mensagem=mensagem,
            data_importacao=when,
            arquivo=arquivo_nome,
            erro=mensagem,
            timestamp=when,
        )
        yield Disparo.of(told, usuario_id)


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _money(value: Decimal | None) -> str:
    return "0" if value is None else format(value, "f")


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
