"""Many documents were imported (docs/reference/contracts/integracoes.md §6.5): one mail in the place of theirs."""

from collections.abc import Mapping
from typing import Any, ClassVar

from core.formas import contagem, data, reais, texto
from events.email.aviso import EVENT, Aviso, Dados, Grupo
from events.email.avisos.cte_importado import AVISO as CTE
from events.email.avisos.nfe_importada import AVISO as NFE
from events.email.content import Conteudo, Tabela
from events.email.summary import Summary, amount

COLUMNS = ("Tipo", "Número", "Emissão", "Emitente", "Valor", "Destinatário", "Série", "Chave de Acesso")
SHOWN, AMOUNT = 5, 4
KINDS = ((NFE.nome, "NF-e", "numero_nf"), (CTE.nome, "CT-e", "numero_ct"))
OTHERS = ("dest_nome", "serie", "chave_acesso")


class DocumentosImportados(Aviso):
    """All of some minutes, the first of them in the mail, the rest in its file."""

    nome, grupo = "documentos_importados", Grupo.DOCUMENTOS
    lidos = (*(number for _, _, number in KINDS), "data_emissao", "emit_nome", "valor_total", *OTHERS)
    exemplo: ClassVar[Dados] = {
        "total": 63,
        "eventos": [{**NFE.exemplo, EVENT: NFE.nome}] * 60 + [{**CTE.exemplo, EVENT: CTE.nome}] * 3,
    }

    def assunto(self, dados: Dados) -> str:
        return f"📦 {contagem(Summary.of(dados).total)} documentos importados"

    def conteudo(self, dados: Dados) -> Conteudo:
        found = Summary.of(dados)
        fields: list[tuple[str, object]] = [("Documentos", contagem(found.total))]
        # of more than are told one by one the sums are not known
        if found.total <= len(found.events):
            for evento, label, _ in KINDS:
                if some := found.named(evento):
                    fields += [(label, contagem(len(some))), (f"Valor Total ({label})", reais(amount(some)))]
        lines = [_line(one) for one in found.events]
        tabela = Tabela("Documentos", COLUMNS, lines, "documentos.csv", frozenset([AMOUNT]), found.total, SHOWN)
        return Conteudo(f"{contagem(found.total)} documentos importados", campos=fields, tabelas=[tabela])


def _line(one: Mapping[str, Any]) -> tuple[object, ...]:
    label, number = next(((label, number) for evento, label, number in KINDS if one.get(EVENT) == evento), ("", ""))
    first = (label, texto(one.get(number)), data(one.get("data_emissao")), texto(one.get("emit_nome")))
    others = (texto(one.get(name)) for name in OTHERS)
    return (*first, reais(one.get("valor_total")), *others)


AVISO = DocumentosImportados()
