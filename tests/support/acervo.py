"""Documents in the store without their import: rows as it writes them, with valid keys."""

import hashlib
import json
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update

from core.documentos.busca import searchable
from core.documentos.conteudo import Cabeca, Conhecimento, Cupom, Especie, Item, Laco, Ligacao, NotaFiscal, Papel
from core.documentos.situacao import Situacao
from core.fiscal import digito_chave, digitos_cnpj
from storage.models.documentos import CFe, CTe, Documento, DocumentoItem, DocumentoLigacao, NFe, XmlGuardado
from storage.models.empresas import Empresa, dono
from storage.models.registros import DocumentoEvento, InutilizacaoGuardada
from storage.models.usuarios import Usuario
from storage.rows import table_of
from storage.session import transaction

BRASILIA = timezone(timedelta(hours=-3))
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ISSUED = datetime(2026, 11, 3, 10, tzinfo=BRASILIA)
PADARIA, MERCADO = (base + digitos_cnpj(base) for base in ("123456780001", "12ABC34501DE"))  # pragma: allowlist secret
OWN: dict[type[Cabeca], type[Any]] = {NotaFiscal: NFe, Conhecimento: CTe, Cupom: CFe}


def chave(
    numero: int, *, cnpj: str = PADARIA, modelo: str = "55", serie: int = 1, aamm: str = "2611", emissao: int = 1
) -> str:
    """Return a key with its check digit."""
    base = f"35{aamm}{cnpj}{modelo}{serie:03d}{numero:09d}{emissao}{numero % 10**8:08d}"
    return base + digito_chave(base)


def usuario(nome: str) -> int:
    """Make a user; return the number."""
    with transaction() as db:
        made = Usuario(username=nome)
        db.add(made)
        db.flush()
        return made.id


def empresa(cnpj: str = PADARIA, de: int | None = None) -> int:
    """Make a company of a user; return its number."""
    with transaction() as db:
        made = Empresa(usuario_id=de, dono=dono(de), cnpj=cnpj, nome=f"Empresa {cnpj}", criada_em=NOW)
        db.add(made)
        db.flush()
        return made.id


def nota(numero: int, **said: Any) -> NotaFiscal:
    """Return an NF-e as a reader hands it on: authorised, outgoing, of 10.00, of November."""
    issued = said.get("data_emissao", ISSUED)
    aamm = f"{issued:%y%m}" if issued else "2611"
    cnpj, modelo, serie = said.get("emit_cnpj") or PADARIA, said.get("modelo", "55"), said.get("serie", 1)
    usual: dict[str, Any] = {
        "especie": Especie.NFCE if modelo == "65" else Especie.NFE,
        "chave": said.get("chave") or chave(numero, cnpj=cnpj, modelo=modelo, serie=serie, aamm=aamm),
        "modelo": modelo,
        "serie": serie,
        "numero": numero,
        "data_emissao": issued,
        "ambiente": 1,
        "emit_cnpj": cnpj,
        "emit_nome": "Padaria São João Ltda",
        "dest_nome": "Açougue do Zé",
        "valor_total": Decimal("10.00"),
        "valor_produtos": Decimal("9.00"),
        "valor_icms": Decimal("1.80"),
        "valor_ipi": Decimal("0.50"),
        "tipo": 1,
        "finalidade": 1,
        "status": "100",
    }
    return NotaFiscal(**(usual | said))


def frete(numero: int, **said: Any) -> Conhecimento:
    """Return a CT-e as a reader hands it on: authorised, of 100.00, from Santos to Campinas."""
    usual: dict[str, Any] = {
        "especie": Especie.CTE,
        "chave": chave(numero, modelo="57"),
        "modelo": "57",
        "serie": 1,
        "numero": numero,
        "data_emissao": ISSUED,
        "ambiente": 1,
        "emit_cnpj": PADARIA,
        "emit_nome": "Transportes Ágil",
        "dest_nome": "Mercado Bom",
        "municipio_inicio": "Santos",
        "uf_inicio": "SP",
        "municipio_fim": "Campinas",
        "uf_fim": "SP",
        "valor_total": Decimal("100.00"),
        "valor_carga": Decimal("5000.00"),
        "valor_icms": Decimal("12.00"),
        "status": "100",
    }
    return Conhecimento(**(usual | said))


def guardar(
    conteudo: Cabeca,
    *,
    de: int | None = None,
    empresa: int | None = None,
    papel: Papel | None = None,
    situacao: Situacao = Situacao.AUTORIZADA,
    completo: bool = True,
    xml: bytes | None = None,
    quando: datetime = NOW,
) -> int:
    """Store a document for a user and a company; return its number."""
    with transaction() as db:
        text = _stored(db, xml if xml is not None else f"<x>{conteudo.chave}</x>".encode())
        row = _row(conteudo, de, empresa, papel, situacao, completo, quando)
        same = Documento.chave == conteudo.chave
        row["copia"] = db.scalar(select(Documento.id).where(same).limit(1)) is not None
        db.execute(update(Documento).where(same).values(copia=True))
        number: int = db.scalars(insert(Documento).values(xml_id=text, **row).returning(Documento.id)).one()
        own = OWN.get(type(conteudo))
        if own is not None and completo:
            db.execute(insert(own).values(id=number, **_own(conteudo, own)))
        for item in getattr(conteudo, "itens", ()):
            values = {name: getattr(item, name) for name in item.__dataclass_fields__}
            db.execute(insert(DocumentoItem).values(documento_id=number, **values))
        for one in conteudo.ligacoes:
            db.execute(insert(DocumentoLigacao).values(documento_id=number, laco=one.laco, chave=one.chave))
        return number


def muitas(notas: Iterable[NotaFiscal], *, de: int | None = None, empresa: int | None = None, **how: Any) -> None:
    """Store many NF-e at once, without texts."""
    papel = how.get("papel")
    rows = [_row(one, de, empresa, papel, how.get("situacao", Situacao.AUTORIZADA), True, NOW) for one in notas]
    with transaction() as db:
        db.execute(insert(table_of(Documento)), rows)


def _stored(db: Any, xml: bytes) -> int:
    digest = hashlib.sha256(xml).hexdigest()
    known = db.scalar(select(XmlGuardado.id).where(XmlGuardado.sha256 == digest))
    if known is not None:
        return int(known)
    row = XmlGuardado(sha256=digest, tamanho=len(xml), conteudo=zlib.compress(xml))
    db.add(row)
    db.flush()
    return row.id


def _row(
    conteudo: Cabeca,
    de: int | None,
    empresa: int | None,
    papel: Papel | None,
    situacao: Situacao,
    completo: bool,
    quando: datetime,
) -> dict[str, Any]:
    names = set(table_of(Documento).columns.keys())
    row = {name: getattr(conteudo, name) for name in Cabeca.__dataclass_fields__ if name in names}
    issued = conteudo.data_emissao
    offset = issued.utcoffset() if issued else None
    return row | {
        "dono": dono(de, empresa),
        "usuario_id": de,
        "empresa_id": empresa,
        "mes": f"{issued:%Y-%m}" if issued else None,
        "offset_minutos": int(offset.total_seconds() // 60) if offset is not None else None,
        "papel": papel,
        "papeis": papel or "",
        "situacao": situacao,
        "completo": completo,
        "avisos": json.dumps(list(conteudo.avisos)) if conteudo.avisos else None,
        "busca": searchable(conteudo),
        "data_importacao": quando,
        "atualizado_em": quando,
    }


def _own(conteudo: Cabeca, own: type[Any]) -> dict[str, Any]:
    names = set(table_of(own).columns.keys()) - {"id"}
    found = {name: getattr(conteudo, name) for name in names}
    return {name: ",".join(value) if isinstance(value, tuple) else value for name, value in found.items()}


def evento(
    chave_acesso: str,
    tipo: str = "110111",
    *,
    de: int | None = None,
    empresa: int | None = None,
    documento: int | None = None,
    sequencia: int = 1,
    xml: bytes | None = None,
) -> int:
    """Store a registered event; return its number."""
    with transaction() as db:
        made = DocumentoEvento(
            dono=dono(de, empresa),
            usuario_id=de,
            empresa_id=empresa,
            documento_id=documento,
            chave=chave_acesso,
            tipo_evento=tipo,
            sequencia=sequencia,
            data_evento=NOW,
            registrado=True,
            completo=True,
            aplicado=True,
            data_importacao=NOW,
            xml_id=None if xml is None else _stored(db, xml),
        )
        db.add(made)
        db.flush()
        return made.id


def inutilizada(
    inicio: int,
    fim: int,
    *,
    de: int | None = None,
    empresa: int | None = None,
    homologada: bool = True,
    xml: bytes | None = None,
    **said: Any,
) -> None:
    """Store a range of numbers that will not be used, or only the request for it."""
    usual: dict[str, Any] = {"emit_cnpj": PADARIA, "uf": "35", "ano": 2026, "modelo": "55", "serie": 1, "ambiente": 1}
    with transaction() as db:
        text = None if xml is None else _stored(db, xml)
        mine = {"dono": dono(de, empresa), "usuario_id": de, "empresa_id": empresa}
        row = InutilizacaoGuardada(
            inicio=inicio, fim=fim, homologada=homologada, data_importacao=NOW, xml_id=text, **mine, **(usual | said)
        )
        db.add(row)


def item(numero: int, **said: Any) -> Item:
    """Return an item of one piece for 5.00."""
    usual: dict[str, Any] = {
        "numero_item": numero,
        "codigo_produto": f"P{numero}",
        "descricao": f"Produto {numero}",
        "quantidade": Decimal("1.0000"),
        "valor_unitario": Decimal("5.0000000000"),
        "valor_total": Decimal("5.00"),
    }
    return Item(**(usual | said))


def aponta(laco: Laco, chave_acesso: str) -> tuple[Ligacao, ...]:
    """Return the links of a document that names one other."""
    return (Ligacao(laco=laco, chave=chave_acesso),)
