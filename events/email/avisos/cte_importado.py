"""A CT-e was imported (docs/reference/contracts/integracoes.md §6.3)."""

from typing import ClassVar

from core.formas import lugar, reais, texto
from events.email.aviso import Aviso, Dados, Grupo
from events.email.content import Conteudo


class CteImportado(Aviso):
    """One CT-e of any kind."""

    nome, grupo, resumido_em = "cte_importado", Grupo.DOCUMENTOS, "documentos_importados"
    exemplo: ClassVar[Dados] = {
        "chave_acesso": "35261112345678000195570010000000981000000985",
        "numero_ct": "98",
        "serie": "1",
        "data_emissao": "2026-11-24T06:40:00-03:00",
        "emit_cnpj": "12345678000195",
        "emit_nome": "Transportes Ágil Ltda",
        "dest_cnpj": "11222333000181",
        "dest_nome": "Mercado São José",
        "valor_total": "850.00",
        "municipio_inicio": "Santos",
        "uf_inicio": "SP",
        "municipio_fim": "Belo Horizonte",
        "uf_fim": "MG",
        "status_cte": "100",
    }

    def assunto(self, dados: Dados) -> str:
        return f"✅ CTe {texto(dados.get('numero_ct'))} importado com sucesso"

    def conteudo(self, dados: Dados) -> Conteudo:
        fields = [
            ("Número", texto(dados.get("numero_ct"))),
            ("Série", texto(dados.get("serie"))),
            ("Emitente", texto(dados.get("emit_nome"))),
            ("Destinatário", texto(dados.get("dest_nome"))),
            ("Valor Total", reais(dados.get("valor_total"))),
            ("Origem", lugar(dados.get("municipio_inicio"), dados.get("uf_inicio"))),
            ("Destino", lugar(dados.get("municipio_fim"), dados.get("uf_fim"))),
            ("Chave", texto(dados.get("chave_acesso"))),
        ]
        return Conteudo(f"CTe {texto(dados.get('numero_ct'))} importado com sucesso", campos=fields)


AVISO = CteImportado()
