"""The shapes in which verdicts come: what the published pages leave open may be any of them.

docs/reference/contracts/questor.md §3.
"""

import json
from typing import Any

import pytest

from sandbox.questor.documentos import documento
from sandbox.questor.formas import FORMAS, Veredito, resposta

GOOD, BAD = documento("nfe", 1), documento("nfe", 2)
VERDICTS: list[Veredito] = [
    (GOOD, True, "Importado com sucesso."),
    (BAD, False, "Série não autorizada."),
    (None, False, "XML inválido ou mal formado."),
]


def answered(*formas: str, method: str = "importarxmlnfearray", detailed: bool = True) -> Any:
    return resposta(method, VERDICTS, formas, detailed=detailed)


def test_each_document_has_a_record_in_the_order_of_the_request() -> None:
    assert answered() == [
        {
            "Key": GOOD.chave,
            "CnpjClient": GOOD.cnpj,
            "Type": 1,
            "Success": True,
            "Message": "Importado com sucesso.",
            "DataEmissao": "15/01/2026",
            "ClientId": 1,
        },
        answered()[0] | {"Key": BAD.chave, "Success": False, "Message": "Série não autorizada."},
        {
            "Key": "",
            "CnpjClient": "",
            "Type": 1,
            "Success": False,
            "Message": "XML inválido ou mal formado.",
            "DataEmissao": "",
            "ClientId": 1,
        },
    ]


@pytest.mark.parametrize(
    ("forma", "wrapped"),
    [
        ("lista", lambda records: records),
        ("embrulhada", lambda records: {"data": records}),
        ("funda", lambda records: {"Status": "ok", "Result": {"Items": records, "Total": 0}}),
        ("texto", json.dumps),
        ("ao_contrario", lambda records: records[::-1]),
        ("incompleta", lambda records: records[:-1]),
    ],
)
def test_the_records_come_wrapped_turned_round_or_short_of_one(forma: str, wrapped: Any) -> None:
    assert answered(forma) == wrapped(answered())


@pytest.mark.parametrize(
    ("forma", "changed"),
    [
        ("sem_key", lambda one: {name: value for name, value in one.items() if name != "Key"}),
        ("booleano_texto", lambda one: one | {"Success": str(one["Success"])}),
        ("sucess", lambda one: {name.replace("Success", "Sucess"): value for name, value in one.items()}),
        ("minusculas", lambda one: {name.lower(): value for name, value in one.items()}),
        ("prefixo", lambda one: one | {"Key": f"NFe{one['Key']}" if one["Key"] else ""}),
    ],
)
def test_each_record_is_twisted_alike(forma: str, changed: Any) -> None:
    assert answered(forma) == [changed(one) for one in answered()]


def test_twists_come_together() -> None:
    found = answered("ao_contrario", "incompleta", "sucess", "booleano_texto", "embrulhada")
    assert [(one["Key"], one["Sucess"]) for one in found["data"]] == [("", "False"), (BAD.chave, "False")]


@pytest.mark.parametrize(
    ("method", "name"),
    [
        *((f"importarxml{kind}{ending}", "NfeImportadas") for kind in ("nfe",) for ending in ("array", "eventarray")),
        *((f"importarxmlcte{ending}", "CteImportadas") for ending in ("array", "eventarray")),
        *((f"importarxmlcteos{ending}", "CteOsImportadas") for ending in ("array", "eventarray")),
        *((f"importarxmlcfe{ending}", "CfeImportadas") for ending in ("array", "eventarray")),
    ],
)
def test_without_detail_there_are_two_short_lists_named_by_the_kind(method: str, name: str) -> None:
    short = answered(method=method, detailed=False)
    assert short == answered("curta", method=method)
    assert short == {
        "Erros": [f"{BAD.chave} Série não autorizada.", "XML inválido ou mal formado."],
        name: [GOOD.chave],
    }


def test_a_shape_that_there_is_not_is_a_mistake_of_the_test() -> None:
    with pytest.raises(ValueError, match="embrulhado"):
        answered("lista", "embrulhado")
    for forma in FORMAS:
        answered(forma)
