"""Which companies are judged, and how a judgement names one."""

from typing import Any

import pytest

from alerts.judgement import WARNING
from alerts.sefaz.empresas import Consultada, consultadas
from storage.models.empresas import Empresa, dono
from storage.models.sefaz import Contribuinte
from storage.models.usuarios import Usuario
from storage.session import transaction

from .conftest import CNPJ, NOW, change, judged


@pytest.fixture
def banco(sqlite: str) -> str:
    """One database is enough here."""
    return sqlite


@pytest.mark.parametrize(
    ("usuario", "objeto", "rotulos"),
    [
        ("ana", f"ana/{CNPJ}", {"empresa": CNPJ, "usuario": "ana"}),
        # the operator's
        (None, CNPJ, {"empresa": CNPJ}),
    ],
)
def test_a_company_is_named_with_its_user_where_it_has_one(
    usuario: str | None, objeto: str, rotulos: dict[str, str]
) -> None:
    one = Consultada(1, CNPJ, usuario)
    found = one.judged("xml_atrasado", 1, "Falta.", "Não falta.")
    assert one.nome == "11.222.333/0001-81"
    assert (found.objeto, found.rotulos, found.codigo) == (objeto, rotulos, "xml_atrasado")
    assert (found.mensagem, found.resolvido) == ("Falta.", "Não falta.")


@pytest.mark.parametrize(("amount", "active"), [(0, False), (1, True), (40, True)])
def test_a_warning_is_about_so_many_notes(amount: int, active: bool) -> None:
    found = Consultada(1, CNPJ, None).judged("xml_atrasado", amount, "", "")
    assert (found.ativo, found.severidade, found.valores) == (active, WARNING, {"notas": amount})


@pytest.mark.usefixtures("serie")
@pytest.mark.parametrize(
    ("model", "values"),
    [(Empresa, {"ativa": False}), (Usuario, {"ativo": False}), (Contribuinte, {"ambiente": 1})],
)
def test_what_is_out_of_use_or_asked_elsewhere_is_not_judged(model: Any, values: dict[str, Any]) -> None:
    assert [(one.cnpj, one.usuario) for one in judged(consultadas)] == [(CNPJ, "ana")]
    change(model, **values)
    assert judged(consultadas) == []


@pytest.mark.usefixtures("serie")
def test_the_operator_s_come_too_and_one_that_nobody_asks_for_does_not() -> None:
    branch, other = "11222333000262", "11222333000343"
    with transaction() as db:
        rows = [Empresa(dono=dono(None), cnpj=cnpj, ativa=True, criada_em=NOW) for cnpj in (branch, other)]
        db.add_all(rows)
        db.flush()
        db.add(Contribuinte(cnpj=branch, ambiente=2, empresa_id=rows[0].id, due_at=NOW))
    assert [(one.cnpj, one.usuario) for one in judged(consultadas)] == [(CNPJ, "ana"), (branch, None)]
