"""Fiscal documents as a reader hands them on, made by hand: what each test needs, and nothing else."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.clock import FixedClock
from core.documentos.conteudo import (
    Conhecimento,
    Conteudo,
    Cupom,
    Especie,
    Evento,
    Item,
    NotaFiscal,
    Papel,
    Parte,
    Resumo,
)
from core.fiscal import digito_chave, digitos_cnpj
from flows.documentos.entries import Entrada, Guardado
from flows.documentos.storing import store
from storage.models.documentos import Documento
from storage.models.empresas import Empresa, dono
from storage.models.eventos import Event
from storage.models.registros import DocumentoEvento
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
CLOCK = FixedClock(NOW)
ISSUED = datetime.fromisoformat("2026-10-31T22:30:00-03:00")


def cnpj(number: int, branch: int = 1) -> str:
    """Return a CNPJ with right check digits."""
    base = f"{number:08d}{branch:04d}"
    return base + digitos_cnpj(base)


EMITENTE, DESTINATARIO = cnpj(11222333), cnpj(44555666)


def key(number: int, modelo: str = "55", emitente: str = EMITENTE) -> str:
    """Return a key with its check digit."""
    base = f"352610{emitente}{modelo}001{number:09d}1{number:08d}"
    return base + digito_chave(base)


def nota(number: int = 1, **fields: Any) -> NotaFiscal:
    """Return an NF-e with one item, authorised unless `protocolo` is None."""
    protocol = {"protocolo": f"{135000000000000 + number}", "status": "100", "motivo": "Autorizado o uso da NF-e"}
    if fields.get("protocolo", "") is None:
        protocol = {}
    given = {
        "especie": Especie.NFE, "chave": key(number), "modelo": "55", "serie": 1, "numero": number,
        "data_emissao": ISSUED, "ambiente": 1, "emit_cnpj": EMITENTE, "emit_nome": "Padaria São João",
        "dest_cnpj_cpf": DESTINATARIO, "dest_nome": "Mercado & Cia", "valor_total": Decimal("10.50"),
        "valor_produtos": Decimal("10.00"), "tipo": 1, "finalidade": 1,
        "papeis": ((Papel.EMITENTE, EMITENTE), (Papel.DESTINATARIO, DESTINATARIO)),
        "itens": (Item(numero_item=1, descricao="Pão", quantidade=Decimal("2.5000"), valor_total=Decimal("10.00")),),
        **protocol,
    }  # fmt: skip
    return NotaFiscal(**given | fields)


def conhecimento(number: int = 1, **fields: Any) -> Conhecimento:
    """Return an authorised CT-e."""
    given = {
        "especie": Especie.CTE, "chave": key(number, "57"), "modelo": "57", "serie": 1, "numero": number,
        "data_emissao": ISSUED, "ambiente": 1, "emit_cnpj": EMITENTE, "emit_nome": "Transportes",
        "municipio_inicio": "Santos", "uf_inicio": "SP", "municipio_fim": "Recife", "uf_fim": "PE",
        "valor_total": Decimal("99.90"), "protocolo": "135000000000001", "status": "100",
        "papeis": ((Papel.EMITENTE, EMITENTE),),
    }  # fmt: skip
    return Conhecimento(**given | fields)


def cupom(number: int = 1, **fields: Any) -> Cupom:
    """Return a CF-e."""
    given = {
        "especie": Especie.CFE, "chave": key(number, "59"), "modelo": "59", "numero": number, "emit_cnpj": EMITENTE,
        "data_emissao": ISSUED, "papeis": ((Papel.EMITENTE, EMITENTE),), "valor_total": Decimal("5.00"),
    }  # fmt: skip
    return Cupom(**given | fields)


def resumo(number: int = 1, **fields: Any) -> Resumo:
    """Return the summary of an NF-e."""
    given = {
        "especie": Especie.NFE, "chave": key(number), "modelo": "55", "emit_cnpj": EMITENTE, "status": "100",
        "protocolo": f"{135000000000000 + number}", "papeis": ((Papel.EMITENTE, EMITENTE),),
    }  # fmt: skip
    return Resumo(**given | fields)


def evento(number: int = 1, tipo: str = "110111", sequencia: int = 1, **fields: Any) -> Evento:
    """Return a registered event about an NF-e."""
    given = {"chave": key(number), "status": "135", "protocolo": "135000000000777", "recebido_em": NOW}
    return Evento(tipo_evento=tipo, sequencia=sequencia, **given | fields)


def parte(conteudo: Conteudo) -> Parte:
    """Return a document as a reader hands it on; its bytes differ as its content does."""
    return Parte(texto=repr(conteudo).encode(), conteudo=conteudo)


def stored(*conteudos: Conteudo, usuario_id: int | None = None, empresa_id: int | None = None) -> list[Guardado]:
    """Store documents in one transaction."""
    given = [Entrada(parte(one), "arquivo.xml", usuario_id, empresa_id) for one in conteudos]
    with transaction() as db:
        return store(db, given, CLOCK)


def user(name: str) -> int:
    """Add a user."""
    with transaction() as db:
        row = Usuario(username=name)
        db.add(row)
        db.flush()
        return row.id


def company(usuario_id: int | None, number: str, *, ativa: bool = True) -> int:
    """Register a company."""
    with transaction() as db:
        row = Empresa(usuario_id=usuario_id, dono=dono(usuario_id), cnpj=number, ativa=ativa, criada_em=NOW)
        db.add(row)
        db.flush()
        return row.id


def documents() -> list[Documento]:
    """Return every document."""
    with reading() as db:
        return list(db.scalars(select(Documento).order_by(Documento.chave, Documento.dono)))


def events_about() -> list[DocumentoEvento]:
    """Return every event about documents."""
    with reading() as db:
        return list(db.scalars(select(DocumentoEvento).order_by(DocumentoEvento.id)))


def told() -> list[str]:
    """Return the names of the recorded events, in their order."""
    with reading() as db:
        return list(db.scalars(select(Event.nome).order_by(Event.id)))
