"""CT-e of every kind. docs/reference/contracts/integracoes.md §10.2."""

from typing import Any

from sqlalchemy import Select, func

from api.admin.parts import Coluna, Conditions, Escolha, Periodo
from api.admin.table import Tabela
from core.documentos.situacao import Situacao
from core.fiscal import UFS
from flows.documentos.filtro import Filtro, asked, of_kinds
from storage.models.documentos import DE_CTE, CTe, Documento


class Conhecimentos(Tabela, model=CTe):
    """CT-e."""

    name, name_plural, caminho = "CT-e", "CT-e", "cte"
    raiz = Documento
    colunas = (
        Coluna("numero_ct", "Número", Documento.numero),
        Coluna("emit_nome", "Emitente", Documento.emit_nome),
        Coluna("dest_nome", "Destinatário", Documento.dest_nome),
        Coluna("municipio_inicio", "Início", CTe.municipio_inicio),
        Coluna("municipio_fim", "Fim", CTe.municipio_fim),
        Coluna("valor_total", "Valor total", Documento.valor_total),
        Coluna("data_emissao", "Emissão", Documento.data_emissao),
    )
    detalhes = (
        Coluna("chave_acesso", "Chave de acesso", Documento.chave),
        Coluna("serie", "Série", Documento.serie),
        Coluna("modal", "Modal", CTe.modal),
        Coluna("emit_cnpj", "CNPJ do emitente", Documento.emit_cnpj),
        Coluna("emit_uf", "UF do emitente", Documento.emit_uf),
        Coluna("tomador_nome", "Tomador", CTe.tomador_nome),
        Coluna("valor_carga", "Valor da carga", CTe.valor_carga),
        Coluna("situacao", "Situação", Documento.situacao),
        Coluna("status_cte", "Status", Documento.status),
        Coluna("motivo", "Motivo", Documento.motivo),
        Coluna("arquivo_nome", "Arquivo", Documento.arquivo_nome),
        Coluna("data_importacao", "Importado em", Documento.data_importacao),
    )
    filtros = (
        Periodo("data", "Emissão", Documento.data_lista),
        Escolha("emit_uf", "UF do emitente", Documento.emit_uf, tuple(sorted(UFS))),
        Escolha("modal", "Modal", CTe.modal),
        Escolha("situacao", "Situação", Documento.situacao, tuple(Situacao)),
    )
    buscados = (Documento.busca,)
    ordens = {  # noqa: RUF012 - read only
        "data_emissao": Documento.data_lista,
        "valor_total": func.coalesce(Documento.valor_total, -1),
        "numero_ct": func.coalesce(Documento.numero, -1),
    }
    usual = "-data_emissao"

    def base(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return a query of documents with what only a CT-e says; a summary has no row of that."""
        return query.outerjoin(CTe, CTe.id == Documento.id).where(of_kinds(DE_CTE))

    def procura(self, term: str) -> Conditions:
        """Return what documents are searched by, without accents and punctuation."""
        return asked(Filtro(search=term))


TABELA = Conhecimentos
