"""`diagnostico` says whether SEFAZ is reached with the certificate, whose clock is wrong, and who never asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import update
from support.consultas import Loja, loja
from support.sefaz import EMPRESA, FILIAL, sefaz

from core.clock import FixedClock
from flows.certificados import keeping
from flows.certificados.keeping import Arquivo
from flows.empresas.managing import criar, desativar
from flows.sefaz import checks
from flows.usuarios import managing
from flows.usuarios.finding import caller_of
from sandbox.sefaz import Autoridade
from storage.models.certificados import CertificadoDigital
from storage.session import transaction


@pytest.fixture
def minha(sqlite: str, tmp_path: Path, configure: Configure) -> Iterator[Loja]:
    with sefaz(tmp_path) as lugar:
        lugar.clock.instant = datetime.now(UTC)
        found = loja(lugar, configure)
        configure(sefaz__url_evento=f"{lugar.url}/NFeRecepcaoEvento4/NFeRecepcaoEvento4.asmx")
        yield found


def states() -> list[tuple[str, str]]:
    return [(one.sistema, one.situacao) for one in checks.servers()]


def test_each_service_is_reached_and_nothing_is_asked(minha: Loja) -> None:
    assert states() == [
        ("sefaz CT-e", "ok"), ("sefaz NF-e", "ok"), ("sefaz eventos", "ok"), ("sefaz relógio", "ok")
    ]  # fmt: skip
    assert minha.server.pedidos == []
    assert minha.server.apertos == 1


def test_without_a_certificate_that_serves_nothing_is_reached(minha: Loja) -> None:
    with transaction() as db:
        db.execute(update(CertificadoDigital).values(senha_pfx="outra"))
    assert states() == []
    keeping.desativar(EMPRESA, "ana")
    assert states() == []
    assert minha.server.apertos == 0


def test_with_the_certificate_of_a_user_who_is_turned_off_nothing_is_reached(minha: Loja) -> None:
    managing.desativar("ana")
    assert states() == []
    assert minha.server.apertos == 0


def test_the_certificate_of_a_company_that_is_off_is_shown_while_it_serves_a_branch(minha: Loja) -> None:
    desativar(EMPRESA, caller_of("ana"))
    assert states() == []
    criar(FILIAL, uf="SP", caller=caller_of("ana"))
    assert ("sefaz NF-e", "ok") in states()


def test_a_server_that_cannot_be_vouched_for_is_told_with_what_to_do(
    minha: Loja, configure: Configure, tmp_path: Path
) -> None:
    (tmp_path / "outra").mkdir()
    configure(sefaz__ca=str(Autoridade(tmp_path / "outra", "Outra AC").raiz))
    found = list(checks.servers())
    assert {one.situacao for one in found} == {"erro"}
    assert all("sefaz.ca" in one.detalhe for one in found)


def test_an_address_that_is_not_there_is_told(minha: Loja, configure: Configure) -> None:
    configure(sefaz__url_nfe=f"{minha.lugar.url}/outro.asmx")
    assert states()[:2] == [("sefaz CT-e", "ok"), ("sefaz NF-e", "erro")]


def test_a_certificate_that_is_not_accepted_is_a_fault(minha: Loja, tmp_path: Path) -> None:
    (tmp_path / "outra").mkdir()
    foreign = Autoridade(tmp_path / "outra", "Outra AC").cliente(EMPRESA, fim=datetime.now(UTC) + timedelta(days=900))
    keeping.substituir(Arquivo(foreign.pfx, foreign.senha, EMPRESA, "ana"))
    found = list(checks.servers())
    assert [one.situacao for one in found] == ["erro"] * 3


def test_where_no_server_says_its_hour_that_of_the_last_answer_counts(minha: Loja) -> None:
    minha.server.clock = FixedClock(minha.lugar.clock.now() - timedelta(minutes=7))
    minha.consultar()
    (one,) = checks._clock(checks._noted())
    assert one.situacao == "aviso"
    assert one.detalhe.startswith("o desta máquina está 7 minutos")
    assert list(checks._clock([])) == []


@pytest.mark.parametrize(
    ("ahead", "state", "said"),
    [(59, "ok", "concordam"), (61, "aviso", "adiantado"), (-61, "aviso", "atrasado"), (-59, "ok", "concordam")],
)
def test_a_minute_is_too_much(ahead: int, state: str, said: str) -> None:
    (one,) = checks._clock([timedelta(seconds=ahead), timedelta(0)])
    assert one.situacao == state
    assert said in one.detalhe


def test_who_has_a_certificate_and_was_never_asked_for_is_told(minha: Loja) -> None:
    criar(FILIAL, uf="SP", caller=caller_of("ana"))
    assert [one.sistema for one in checks.numberings()] == ["sefaz 11.222.333/0001-81", "sefaz 11.222.333/0002-62"]
    minha.consultar()
    assert [(one.sistema, one.situacao) for one in checks.numberings()] == [("sefaz 11.222.333/0002-62", "aviso")]


def test_of_many_only_some_are_named(minha: Loja) -> None:
    from sandbox.documentos.comum import cnpj

    for number in range(2, 12):
        criar(cnpj(11222333, number), uf="SP", caller=caller_of("ana"))
    found = list(checks.numberings())
    assert len(found) == 6
    assert "mais 6 empresas" in found[-1].detalhe
