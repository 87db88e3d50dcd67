"""`diagnostico` says of each certificate in use whether it opens and lasts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update
from support.sefaz import EMPRESA, FILIAL

from core.caller import Caller
from core.clock import SYSTEM
from core.settings.load import get_settings
from flows.certificados import keeping
from flows.certificados.checks import authorities, kept
from flows.certificados.keeping import Arquivo
from flows.empresas.managing import criar, desativar
from flows.usuarios import managing
from sandbox.sefaz import Autoridade
from storage import crypto
from storage.models.certificados import CertificadoDigital
from storage.session import transaction

Configure = Callable[..., None]


@pytest.mark.parametrize(("days", "state"), [(100, "ok"), (20, "aviso")])
def test_how_long_it_lasts(autoridade: Autoridade, empresa: str, days: int, state: str) -> None:
    made = autoridade.cliente(EMPRESA, fim=datetime.now(UTC) + timedelta(days=days, hours=1))
    keeping.adicionar(Arquivo(made.pfx, made.senha, EMPRESA))
    found = list(kept())
    assert [(one.sistema, one.situacao) for one in found] == [("certificado 11.222.333/0001-81", state)]
    keeping.desativar(EMPRESA)
    assert list(kept()) == []


def test_the_day_it_ends_and_the_days_that_are_left_are_of_one_calendar(autoridade: Autoridade, empresa: str) -> None:
    # half past ten of the evening before, in São Paulo
    end = (datetime.now(UTC) + timedelta(days=20)).replace(hour=1, minute=30, second=0, microsecond=0)
    made = autoridade.cliente(EMPRESA, fim=end)
    keeping.adicionar(Arquivo(made.pfx, made.senha, EMPRESA))
    (found,) = kept()
    assert found.detalhe.startswith(f"vale até {end - timedelta(days=1):%d/%m/%Y} (")


def test_one_of_a_user_who_is_turned_off_is_not_told(autoridade: Autoridade, banco: str) -> None:
    criar(EMPRESA, caller=Caller(managing.criar("ana").id))
    made = autoridade.cliente(EMPRESA, fim=datetime.now(UTC) + timedelta(days=20))
    keeping.adicionar(Arquivo(made.pfx, made.senha, EMPRESA, "ana"))
    assert [one.situacao for one in kept()] == ["aviso"]
    managing.desativar("ana")
    assert list(kept()) == []


def test_one_of_a_company_that_is_off_is_told_while_it_serves_a_branch(autoridade: Autoridade, empresa: str) -> None:
    made = autoridade.cliente(EMPRESA, fim=datetime.now(UTC) + timedelta(days=20))
    keeping.adicionar(Arquivo(made.pfx, made.senha, EMPRESA))
    desativar(EMPRESA)
    assert list(kept()) == []
    criar(FILIAL)
    assert [(one.sistema, one.situacao) for one in kept()] == [("certificado 11.222.333/0001-81", "aviso")]


def test_one_that_opens_no_more_is_a_fault(arquivo: Arquivo) -> None:
    keeping.adicionar(arquivo, SYSTEM)
    with transaction() as db:
        db.execute(update(CertificadoDigital).values(senha_pfx="trocada"))
    assert [(one.situacao, "senha" in one.detalhe) for one in kept()] == [("erro", True)]


def test_without_its_keys_it_is_told_once(arquivo: Arquivo, monkeypatch: pytest.MonkeyPatch) -> None:
    keeping.adicionar(arquivo, SYSTEM)
    monkeypatch.setenv("ESTEIRA_CORE__KEYS", f'["{Fernet.generate_key().decode()}"]')
    get_settings.cache_clear()
    crypto.forget()
    assert [(one.sistema, one.situacao) for one in kept()] == [("certificados", "erro")]


def test_the_authorities_of_the_settings_are_read(configure: Configure, autoridade: Autoridade, tmp_path: Path) -> None:
    assert list(authorities()) == []
    configure(sefaz__ca=str(autoridade.raiz))
    assert [one.situacao for one in authorities()] == ["ok"]
    configure(sefaz__ca=str(tmp_path / "nao-ha.pem"))
    assert [one.situacao for one in authorities()] == ["erro"]
