"""Which numberings are watched, and what each is called."""

from typing import Any

import pytest

from alerts.sefaz.series import Serie, watched
from storage.models.empresas import Empresa, dono
from storage.models.sefaz import NAO_ACEITO, Contribuinte, SerieNSU
from storage.models.usuarios import Usuario
from storage.session import transaction

from .conftest import CNPJ, NOW, change, judged


@pytest.fixture
def banco(sqlite: str) -> str:
    """One database is enough here."""
    return sqlite


def serie_of(usuario: str | None = "ana", servico: str = "nfe", cstat: str | None = None) -> Serie:
    return Serie(CNPJ, usuario, servico, NOW, 0, None, cstat)


@pytest.mark.parametrize(
    ("usuario", "objeto", "rotulos"),
    [
        ("ana", f"ana/{CNPJ}/nfe", {"empresa": CNPJ, "servico": "nfe", "usuario": "ana"}),
        (None, f"{CNPJ}/nfe", {"empresa": CNPJ, "servico": "nfe"}),
    ],
)
def test_a_numbering_is_named_with_its_user_where_it_has_one(
    usuario: str | None, objeto: str, rotulos: dict[str, str]
) -> None:
    one = serie_of(usuario)
    assert (one.objeto, one.rotulos) == (objeto, rotulos)


@pytest.mark.parametrize(
    ("servico", "name"), [("nfe", "NF-e"), ("cte", "CT-e"), ("mdfe", "MDF-e"), ("nfse", "NFS-e"), ("nf3e", "nf3e")]
)
def test_people_read_its_service_as_they_write_it(servico: str, name: str) -> None:
    assert serie_of(servico=servico).nome == f"{name} da empresa 11.222.333/0001-81"


@pytest.mark.parametrize(("cstat", "refused"), [(None, False), ("138", False), ("656", False), (NAO_ACEITO, True)])
def test_only_the_server_s_own_refusal_is_a_certificate_that_is_not_accepted(cstat: str | None, refused: bool) -> None:
    assert serie_of(cstat=cstat).nao_aceito is refused


@pytest.mark.usefixtures("serie")
def test_a_numbering_comes_with_what_is_known_of_it() -> None:
    change(SerieNSU, usada_em=NOW, falhas=3, motivo="656: consumo indevido.", ultimo_cstat="656")
    assert judged(watched) == [Serie(CNPJ, "ana", "nfe", NOW, 3, "656: consumo indevido.", "656")]


@pytest.mark.usefixtures("serie")
@pytest.mark.parametrize(
    ("model", "values"),
    [(Empresa, {"ativa": False}), (Usuario, {"ativo": False}), (Contribuinte, {"ambiente": 1})],
)
def test_what_is_out_of_use_or_asked_elsewhere_is_not_watched(model: Any, values: dict[str, Any]) -> None:
    change(model, **values)
    assert judged(watched) == []


@pytest.mark.usefixtures("serie")
def test_the_numbering_of_a_company_that_had_it_asked_before_is_not_watched() -> None:
    with transaction() as db:
        other = Empresa(dono=dono(None), cnpj=CNPJ, ativa=True, criada_em=NOW)
        db.add(other)
        db.flush()
        number = other.id
    change(Contribuinte, empresa_id=number)
    assert judged(watched) == []
    change(SerieNSU, empresa_id=number)
    assert [(one.objeto, one.usuario) for one in judged(watched)] == [(f"{CNPJ}/nfe", None)]
