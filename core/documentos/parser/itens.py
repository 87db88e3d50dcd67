"""The items of an NF-e, an NFC-e or a CF-e, with what the tax reform adds to them."""

from collections.abc import Iterator
from decimal import Decimal

from core.documentos.conteudo import Item
from core.documentos.parser.grupo import Contexto, Grupo
from core.documentos.parser.valores import DINHEIRO, PRECO, QUANTIDADE

# Each stands in the one group of its tax, however that is called.
_TRIBUTOS = {"{*}vICMS": "ICMS", "{*}vIPI": "IPI", "{*}vPIS": "PIS", "{*}vCOFINS": "COFINS"}
# The layouts have 990 and 500.
_MOST = 2_000
_LIMIT = Decimal(10) ** DINHEIRO.inteiros


def itens(info: Grupo, contexto: Contexto) -> tuple[Item, ...]:
    """Return the items in their order; one without a number of its own has that of its place."""
    return tuple(_numbered(info, contexto))


def _numbered(info: Grupo, contexto: Contexto) -> Iterator[Item]:
    numbered, free = set[int](), 1
    for place, det in enumerate(info.grupos("det"), 1):
        if place > _MOST:
            contexto.avisar(f"há mais de {_MOST} itens; os outros não foram lidos")
            return
        stated = det.atributo("nItem")
        numero = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 9 else 0
        if numero in numbered or numero == 0:
            contexto.avisar(f"o item {place} não tem número próprio (nItem {stated[:20]!r})")
            while free in numbered:
                free += 1
            numero = free
        numbered.add(numero)
        yield _item(numero, det)


def _item(numero: int, det: Grupo) -> Item:
    prod, imposto = det.grupo("prod"), det.grupo("imposto")
    tributos = imposto.netos(_TRIBUTOS)
    reforma = imposto.grupo("IBSCBS")
    valores, mono = reforma.grupo("gIBSCBS"), reforma.grupo("gIBSCBSMono")
    return Item(
        numero_item=numero,
        codigo_produto=prod.texto("cProd", 120),
        descricao=prod.texto("xProd", 300),
        ncm=prod.texto("NCM", 8),
        cfop=prod.texto("CFOP", 4),
        cest=prod.texto("CEST", 7),
        ean=prod.texto("cEAN", 14),
        unidade=prod.texto("uCom", 20),
        quantidade=prod.valor("qCom", QUANTIDADE),
        valor_unitario=prod.valor("vUnCom", PRECO),
        valor_total=prod.valor("vProd"),
        valor_icms=tributos.get("vICMS"),
        valor_ipi=tributos.get("vIPI"),
        valor_pis=tributos.get("vPIS"),
        valor_cofins=tributos.get("vCOFINS"),
        cst_ibscbs=reforma.texto("CST", 3),
        classificacao=reforma.texto("cClassTrib", 6),
        valor_ibs=valores.valor("vIBS"),
        valor_cbs=valores.grupo("gCBS").valor("vCBS"),
        valor_is=imposto.grupo("IS").valor("vIS"),
        valor_monofasia=soma(mono.valor("vTotIBSMonoItem"), mono.valor("vTotCBSMonoItem")),
        valor_item=det.valor("vItem"),
    )


def soma(*valores: Decimal | None) -> Decimal | None:
    """Return the sum of what is there; None where nothing is, or it is too large to be kept."""
    there = [valor for valor in valores if valor is not None]
    total = sum(there, Decimal(0))
    return total if there and abs(total) < _LIMIT else None
