"""An NF-e was imported (docs/reference/contracts/integracoes.md §6.3)."""

from typing import ClassVar

from core.formas import data, reais, texto
from events.email.aviso import Aviso, Dados, Grupo
from events.email.content import Conteudo


class NfeImportada(Aviso):
    """One NF-e or NFC-e."""

    nome, grupo, resumido_em = "nfe_importada", Grupo.DOCUMENTOS, "documentos_importados"
    exemplo: ClassVar[Dados] = {
        "chave_acesso": "35261112345678000195550010000012341000012345",
        "numero_nf": "1234",
        "serie": "1",
        "data_emissao": "2026-11-24T10:15:00-03:00",
        "emit_cnpj": "12345678000195",
        "emit_nome": "Padaria Estrela Ltda",
        "dest_cnpj_cpf": "11222333000181",
        "dest_nome": "Mercado São José",
        "valor_total": "1234.56",
        "valor_produtos": "1200.00",
        "status_nfe": "100",
    }

    def assunto(self, dados: Dados) -> str:
        return f"✅ NFe {texto(dados.get('numero_nf'))} importada com sucesso"

    def conteudo(self, dados: Dados) -> Conteudo:
        fields = [
            ("Número", texto(dados.get("numero_nf"))),
            ("Série", texto(dados.get("serie"))),
            ("Emitente", texto(dados.get("emit_nome"))),
            ("Destinatário", texto(dados.get("dest_nome"))),
            ("Valor Total", reais(dados.get("valor_total"))),
            ("Data Emissão", data(dados.get("data_emissao"))),
            ("Chave de Acesso", texto(dados.get("chave_acesso"))),
        ]
        return Conteudo(f"NFe {texto(dados.get('numero_nf'))} importada com sucesso", campos=fields)


AVISO = NfeImportada()
