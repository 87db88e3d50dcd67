"""NF-e and NFC-e. docs/reference/contracts/integracoes.md §10.2."""

from typing import Any

from sqlalchemy import Select, func

from api.admin.parts import Coluna, Conditions, Escolha, Periodo
from api.admin.table import Tabela
from core.documentos.situacao import Situacao
from core.fiscal import UFS
from flows.documentos.filtro import Filtro, asked, of_kinds
from storage.models.documentos import DE_NFE, Documento


class Notas(Tabela, model=Documento):
    """Notes."""

    name, name_plural, caminho = "NF-e", "NF-e", "nfe"
    colunas = (
        Coluna("numero_nf", "Número", Documento.numero),
        Coluna("emit_nome", "Emitente", Documento.emit_nome),
        Coluna("dest_nome", "Destinatário", Documento.dest_nome),
        Coluna("valor_total", "Valor total", Documento.valor_total),
        Coluna("data_emissao", "Emissão", Documento.data_emissao),
    )
    detalhes = (
        Coluna("chave_acesso", "Chave de acesso", Documento.chave),
        Coluna("serie", "Série", Documento.serie),
        Coluna("emit_cnpj", "CNPJ do emitente", Documento.emit_cnpj),
        Coluna("emit_uf", "UF do emitente", Documento.emit_uf),
        Coluna("dest_cnpj_cpf", "CNPJ ou CPF do destinatário", Documento.dest_cnpj_cpf),
        Coluna("situacao", "Situação", Documento.situacao),
        Coluna("status_nfe", "Status", Documento.status),
        Coluna("motivo", "Motivo", Documento.motivo),
        Coluna("protocolo", "Protocolo", Documento.protocolo),
        Coluna("completo", "Completa", Documento.completo),
        Coluna("arquivo_nome", "Arquivo", Documento.arquivo_nome),
        Coluna("data_importacao", "Importada em", Documento.data_importacao),
    )
    filtros = (
        Periodo("data", "Emissão", Documento.data_lista),
        Escolha("emit_uf", "UF do emitente", Documento.emit_uf, tuple(sorted(UFS))),
        Escolha("status_nfe", "Status", Documento.status),
        Escolha("situacao", "Situação", Documento.situacao, tuple(Situacao)),
    )
    buscados = (Documento.busca,)
    ordens = {  # noqa: RUF012 - read only
        "data_emissao": Documento.data_lista,
        "valor_total": func.coalesce(Documento.valor_total, -1),
        "numero_nf": func.coalesce(Documento.numero, -1),
    }
    usual = "-data_emissao"

    def base(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return a query of notes."""
        return query.where(of_kinds(DE_NFE))

    def procura(self, term: str) -> Conditions:
        """Return what documents are searched by, without accents and punctuation."""
        return asked(Filtro(search=term))


TABELA = Notas
