"""Products and services of notes. docs/reference/contracts/integracoes.md §10.2."""

from typing import Any

from sqlalchemy import Select

from api.admin.parts import Coluna, Escolha
from api.admin.table import Tabela
from flows.documentos.filtro import of_kinds
from storage.models.documentos import DE_NFE, Documento, DocumentoItem


class Itens(Tabela, model=DocumentoItem):
    """Items."""

    name, name_plural, caminho = "Item", "Itens de NF-e", "nfeitem"
    colunas = (
        Coluna("numero_nf", "NF-e", Documento.numero),
        Coluna("numero_item", "Item", DocumentoItem.numero_item),
        Coluna("codigo_produto", "Código", DocumentoItem.codigo_produto),
        Coluna("descricao", "Descrição", DocumentoItem.descricao),
        Coluna("ncm", "NCM", DocumentoItem.ncm),
        Coluna("cfop", "CFOP", DocumentoItem.cfop),
        Coluna("quantidade", "Quantidade", DocumentoItem.quantidade),
        Coluna("valor_total", "Valor total", DocumentoItem.valor_total),
    )
    detalhes = (Coluna("chave_acesso", "Chave da nota", Documento.chave),)
    filtros = (
        Escolha("ncm", "NCM", DocumentoItem.ncm),
        Escolha("cfop", "CFOP", DocumentoItem.cfop),
        Escolha("chave", "Chave da nota", Documento.chave),
    )
    buscados = (DocumentoItem.descricao, DocumentoItem.codigo_produto)

    def base(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return a query of items with their notes."""
        return query.join(Documento, Documento.id == DocumentoItem.documento_id).where(of_kinds(DE_NFE))


TABELA = Itens
