"""Certificates are kept once they can be used, encrypted, and a newer one takes the place of an older."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from support.sefaz import EMPRESA, FILIAL, OUTRA

from core.caller import Caller
from core.certificado import CertificadoRecusado, abrir
from core.clock import FixedClock
from core.errors import Conflict, NotFound, UsageError
from flows.certificados import keeping, views
from flows.certificados.finding import kept, opened, serving
from flows.certificados.keeping import Arquivo, Resultado
from flows.empresas.managing import criar
from flows.usuarios.managing import criar as criar_usuario
from sandbox.sefaz import Autoridade
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa
from storage.session import reading, transaction


def newer(autoridade: Autoridade, clock: FixedClock, days: int = 400, cnpj: str = EMPRESA) -> Arquivo:
    made = autoridade.cliente(cnpj, fim=clock.now() + timedelta(days=days))
    return Arquivo(made.pfx, made.senha, EMPRESA)


def test_what_the_file_says_is_kept(arquivo: Arquivo, clock: FixedClock) -> None:
    found = keeping.adicionar(arquivo, clock)
    one = found.certificado
    assert found.resultado is Resultado.ADICIONADO
    assert (one.empresa, one.cnpj, one.usuario) == ("11.222.333/0001-81", "11.222.333/0001-81", None)
    assert (one.nome, one.titular, one.emissor) == ("EMPRESA DE TESTE LTDA", "EMPRESA DE TESTE LTDA", "AC de Teste")
    assert (one.situacao, one.dias, one.consulta_automatica, one.intervalo_consulta) == ("valido", 100, False, 60)
    assert views.certificates(clock=clock).itens == (one,)


def test_neither_file_nor_password_is_in_the_database_in_clear(arquivo: Arquivo, clock: FixedClock) -> None:
    keeping.adicionar(arquivo, clock)
    with reading() as db:
        stand = db.execute(text("SELECT arquivo_pfx, senha_pfx, aberto FROM certificado_digital")).one()
        row = db.query(CertificadoDigital).one()
        assert (row.arquivo_pfx, row.senha_pfx) == (arquivo.pfx, arquivo.senha)
        assert opened(row).documento == EMPRESA
    for stored in map(bytes, stand):
        assert arquivo.senha.encode() not in stored
        assert b"PRIVATE KEY" not in stored
        assert arquivo.pfx[:40] not in stored
        assert stored.startswith(b"gAAAA")


def test_what_is_in_the_file_is_at_hand_also_for_one_that_was_taken_in_before_it_was_kept(
    arquivo: Arquivo, clock: FixedClock
) -> None:
    keeping.adicionar(arquivo, clock)
    made, found = abrir(arquivo.pfx, arquivo.senha), []
    for _ in range(2):
        with reading() as db:
            found.append(kept(db.query(CertificadoDigital).one()))
        with transaction() as db:
            db.execute(update(CertificadoDigital).values(aberto=None))
    now, before = found
    assert (now.aberto, before.aberto) == (made.pem, None)
    for one in found:
        assert (one.pem, one.der, one.documento, one.fim) == (made.pem, made.der, EMPRESA, made.fim)
        assert one.chave.private_numbers() == made.chave.private_numbers()


def test_a_company_has_one_and_another_is_a_conflict(
    arquivo: Arquivo, autoridade: Autoridade, clock: FixedClock
) -> None:
    keeping.adicionar(arquivo, clock)
    with pytest.raises(Conflict, match="certificados substituir"):
        keeping.adicionar(newer(autoridade, clock), clock)


def test_of_two_that_come_at_once_one_is_kept(arquivo: Arquivo, clock: FixedClock) -> None:
    together = threading.Barrier(2)

    def add() -> bool:
        together.wait(60)
        try:
            return keeping.adicionar(arquivo, clock).resultado is Resultado.ADICIONADO
        except Conflict:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(one.result() for one in [pool.submit(add) for _ in range(2)]) == [False, True]
    assert len(views.certificates().itens) == 1


def test_a_newer_one_takes_its_place_and_what_was_set_stays(
    arquivo: Arquivo, autoridade: Autoridade, clock: FixedClock
) -> None:
    before = keeping.adicionar(replace(arquivo, nome="Matriz"), clock).certificado
    with transaction() as db:
        row = db.query(CertificadoDigital).one()
        row.consulta_automatica, row.intervalo_consulta, row.ultima_consulta = True, 90, clock.now()
    clock.advance(86_400)
    found = keeping.substituir(newer(autoridade, clock), clock)
    after = found.certificado
    assert found.resultado is Resultado.SUBSTITUIDO
    assert (after.id, after.nome, after.dias) == (before.id, "Matriz", 400)
    assert (after.consulta_automatica, after.intervalo_consulta) == (True, 90)
    assert after.ultima_consulta == clock.now() - timedelta(days=1)
    assert (after.data_cadastro, after.data_atualizacao) == (before.data_cadastro, clock.now())


def test_what_a_refusal_turned_off_goes_on_with_a_newer_one_or_when_somebody_says_so(
    arquivo: Arquivo, autoridade: Autoridade, clock: FixedClock
) -> None:
    keeping.adicionar(arquivo, clock)

    def refused() -> None:
        with transaction() as db:
            db.query(CertificadoDigital).update({"consulta_automatica": False, "desligado_por": "282: revogado"})

    refused()
    same = keeping.substituir(arquivo, clock).certificado
    assert (same.consulta_automatica, same.desligado_por) == (False, "282: revogado")
    after = keeping.substituir(newer(autoridade, clock), clock).certificado
    assert (after.consulta_automatica, after.desligado_por) == (True, None)
    for on in (True, False):
        refused()
        after = keeping.automatizar(arquivo.empresa, arquivo.usuario, on=on, clock=clock)
        assert (after.consulta_automatica, after.desligado_por) == (on, None)


def test_the_same_file_again_changes_nothing(arquivo: Arquivo, clock: FixedClock) -> None:
    assert keeping.guardar(arquivo, clock).resultado is Resultado.ADICIONADO
    assert keeping.guardar(arquivo, clock).resultado is Resultado.IGUAL
    assert len(views.certificates().itens) == 1


def test_one_that_ends_before_the_one_kept_is_refused(
    arquivo: Arquivo, autoridade: Autoridade, clock: FixedClock
) -> None:
    keeping.adicionar(arquivo, clock)
    with pytest.raises(Conflict, match="antes do que já está guardado"):
        keeping.substituir(newer(autoridade, clock, days=50), clock)


def test_one_that_ends_in_the_evening_ends_on_that_day(
    arquivo: Arquivo, autoridade: Autoridade, clock: FixedClock
) -> None:
    keeping.adicionar(arquivo, clock)
    end = (clock.now() + timedelta(days=50)).replace(hour=1, minute=30)
    made = autoridade.cliente(EMPRESA, fim=end)
    with pytest.raises(Conflict, match=f"vence em {end - timedelta(days=1):%d/%m/%Y}, antes"):
        keeping.substituir(Arquivo(made.pfx, made.senha, EMPRESA), clock)


@pytest.mark.parametrize("out", [{"desligado_por": "282: revogado"}, {"ativo": False}], ids=["refused", "turned off"])
def test_one_that_ends_earlier_takes_the_place_of_one_that_serves_nobody(
    arquivo: Arquivo, autoridade: Autoridade, clock: FixedClock, out: dict[str, Any]
) -> None:
    keeping.adicionar(arquivo, clock)
    with transaction() as db:
        db.query(CertificadoDigital).update(out)
    found = keeping.substituir(newer(autoridade, clock, days=50), clock)
    assert (found.resultado, found.certificado.dias) == (Resultado.SUBSTITUIDO, 50)


def test_there_must_be_one_to_replace(arquivo: Arquivo, clock: FixedClock) -> None:
    with pytest.raises(NotFound, match="não tem certificado"):
        keeping.substituir(arquivo, clock)


def test_the_company_must_be_there_and_be_that_of_the_file(
    arquivo: Arquivo, autoridade: Autoridade, clock: FixedClock
) -> None:
    with pytest.raises(NotFound, match="não está cadastrada"):
        keeping.adicionar(replace(arquivo, empresa=OUTRA), clock)
    with pytest.raises(UsageError, match="não é um CNPJ"):
        keeping.adicionar(replace(arquivo, empresa="123"), clock)
    with pytest.raises(CertificadoRecusado) as caught:
        keeping.adicionar(newer(autoridade, clock, cnpj=OUTRA), clock)
    assert caught.value.motivo == "outra_empresa"
    assert views.certificates().itens == ()


@pytest.mark.parametrize(("days", "motivo"), [(101, "vencido"), (-10, "futuro")])
def test_one_out_of_its_time_is_refused(arquivo: Arquivo, clock: FixedClock, days: int, motivo: str) -> None:
    clock.advance(days * 86_400)
    with pytest.raises(CertificadoRecusado) as caught:
        keeping.adicionar(arquivo, clock)
    assert caught.value.motivo == motivo


def test_a_name_that_cannot_be_shown_is_refused(arquivo: Arquivo, clock: FixedClock) -> None:
    for nome in ("x" * 201, "a\nb"):
        with pytest.raises(UsageError, match="nome"):
            keeping.adicionar(replace(arquivo, nome=nome), clock)


def serves(cnpj: str, clock: FixedClock) -> str | None:
    with reading() as db:
        found = serving(db, db.query(Empresa).filter_by(cnpj=cnpj).one(), clock.now())
        return found and found.cnpj


def test_a_branch_is_served_by_the_head_office_until_it_has_its_own(
    arquivo: Arquivo, autoridade: Autoridade, clock: FixedClock
) -> None:
    criar(FILIAL)
    criar(OUTRA)
    assert serves(FILIAL, clock) is None
    keeping.adicionar(arquivo, clock)
    assert [serves(one, clock) for one in (EMPRESA, FILIAL, OUTRA)] == [EMPRESA, EMPRESA, None]
    made = autoridade.cliente(FILIAL, fim=clock.now() + timedelta(days=30))
    keeping.adicionar(Arquivo(made.pfx, made.senha, FILIAL), clock)
    assert [serves(one, clock) for one in (EMPRESA, FILIAL)] == [EMPRESA, FILIAL]
    clock.advance(31 * 86_400)
    assert serves(FILIAL, clock) == EMPRESA
    clock.advance(70 * 86_400)
    assert serves(FILIAL, clock) is None


def test_a_file_of_the_head_office_may_be_given_for_a_branch(
    arquivo: Arquivo, autoridade: Autoridade, clock: FixedClock
) -> None:
    criar(FILIAL)
    found = keeping.adicionar(replace(arquivo, empresa="11.222.333/0002-62"), clock).certificado
    assert (found.empresa, found.cnpj) == ("11.222.333/0002-62", "11.222.333/0001-81")
    assert serves(EMPRESA, clock) == EMPRESA


def test_one_that_is_turned_off_serves_nobody(arquivo: Arquivo, clock: FixedClock) -> None:
    keeping.adicionar(arquivo, clock)
    assert keeping.desativar(EMPRESA, clock=clock).situacao == "desativado"
    assert serves(EMPRESA, clock) is None
    assert keeping.ativar(EMPRESA, clock=clock).situacao == "valido"
    assert serves(EMPRESA, clock) == EMPRESA
    with pytest.raises(NotFound):
        keeping.desativar(OUTRA)


def test_a_user_s_certificate_serves_nobody_else(arquivo: Arquivo, clock: FixedClock) -> None:
    ana = Caller(criar_usuario("ana").id)
    criar(EMPRESA, caller=ana)
    criar(FILIAL)
    found = keeping.adicionar(replace(arquivo, usuario="ana"), clock).certificado
    assert found.usuario == "ana"
    assert serves(FILIAL, clock) is None
    assert [one.id for one in views.certificates(caller=ana).itens] == [found.id]
    assert views.certificates(caller=Caller(criar_usuario("bia").id)).itens == ()


def test_of_a_company_that_a_user_has_too_the_operator_means_its_own(arquivo: Arquivo, clock: FixedClock) -> None:
    criar(EMPRESA, caller=Caller(criar_usuario("ana").id))
    hers = keeping.adicionar(replace(arquivo, usuario="ana"), clock).certificado
    mine = keeping.adicionar(arquivo, clock).certificado
    assert (mine.usuario, mine.id) == (None, keeping.automatizar(EMPRESA, clock=clock).id)
    keeping.desativar(EMPRESA, clock=clock)
    found = {one.id: (one.situacao, one.consulta_automatica) for one in views.certificates(clock=clock).itens}
    assert found == {hers.id: ("valido", False), mine.id: ("desativado", True)}


def test_of_a_company_that_only_users_have_one_is_to_be_named(arquivo: Arquivo, clock: FixedClock) -> None:
    for name in ("ana", "bia"):
        criar(FILIAL, caller=Caller(criar_usuario(name).id))
    with pytest.raises(UsageError, match="Mais de um usuário"):
        keeping.adicionar(replace(arquivo, empresa=FILIAL), clock)
    assert keeping.adicionar(replace(arquivo, empresa=FILIAL, usuario="bia"), clock).certificado.usuario == "bia"
