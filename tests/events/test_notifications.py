"""The six notices: what they carry, for whom, in whose transaction, and that nothing in them breaks anything."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from conftest import Configure
from sqlalchemy import select
from support import acervo
from support.avisos import devidos, pessoa, quer
from support.deliveries import quiet_now, webhook

from core.clock import FixedClock
from events.email.aviso import avisos
from events.email.rendering import render
from events.notifications import NotificationService
from flows.usuarios import managing
from storage.models.certificados import CertificadoDigital
from storage.models.destinos import Destino
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.models.eventos import Event
from storage.models.usuarios import Usuario
from storage.session import reading, transaction

NOW = datetime(2027, 1, 1, 2, 30, tzinfo=UTC)
NFE = {
    "chave_acesso": "3526",
    "numero_nf": 1234,
    "serie": 1,
    "emit_nome": "Padaria",
    "dest_nome": "Mercado",
    "valor_total": Decimal("1234.56"),
    "data_emissao": "2026-12-31T23:00:00-03:00",
}
CTE = {"numero_ct": 98, "valor_total": "10", "municipio_inicio": "Santos", "uf_inicio": "SP", "chave_acesso": "1"}
CONSULTA = {"certificado": "Matriz", "cnpj": "12345678000195", "tipo_documento": "NFE", "total_encontrados": 42}
CERTIFICADO = {"nome": "Matriz", "cnpj": "12345678000195", "validade_fim": date(2027, 1, 8)}
CALLS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "notificar_nfe_importada": ("nfe_importada", (NFE,)),
    "notificar_cte_importado": ("cte_importado", (CTE,)),
    "notificar_erro_importacao": ("erro_importacao", ({"tipo": "NFe", "arquivo": "a.xml", "erro": "quebrado"},)),
    "notificar_consulta_concluida": ("consulta_concluida", (CONSULTA,)),
    "enviar_resumo_diario": ("resumo_diario", ({"nfe_total": 3, "nfe_valor": "10.00"},)),
    "notificar_certificado_vencendo": ("certificado_vencendo", (CERTIFICADO, 7)),
}
SUBJECTS = [
    "✅ NFe 1234 importada com sucesso",
    "✅ CTe 98 importado com sucesso",
    "❌ Erro na importação de documento fiscal",
    "📊 Consulta SEFAZ concluída - 42 documentos",
    "📈 Resumo Diário - 30/12/2026",
    "⚠️ Certificado Digital vencendo em 7 dias",
]
EVERY = pytest.mark.parametrize("method", CALLS)


@pytest.fixture(autouse=True)
def account(banco: str, configure: Configure) -> None:
    configure(email__host="127.0.0.1", email__port="1", email__security="none", email__sender="avisos@exemplo.com.br")


@pytest.fixture
def ana() -> int:
    return pessoa()


def call(method: str, usuario: Any, *given: Any, **how: Any) -> int:
    service = NotificationService(clock=FixedClock(NOW), **how)
    told: int = getattr(service, method)(usuario, *(given or CALLS[method][1]))
    return told


def test_each_method_owes_its_notice_with_the_subject_of_the_contract(ana: int) -> None:
    """Nothing is sent: where the server would be, nobody listens."""
    assert [call(method, ana) for method in CALLS] == [1] * 6
    owed = devidos()
    assert [one.evento for one in owed] == [evento for evento, _ in CALLS.values()]
    assert [render(avisos()[one.evento], one.dados).assunto for one in owed] == SUBJECTS


@EVERY
def test_it_is_owed_to_the_user_s_mailbox_and_to_nobody_else(ana: int, method: str) -> None:
    bia = pessoa("bia", "bia@exemplo.com.br")
    quer(bia, endereco="bia@exemplo.com.br")
    with transaction() as db:
        db.get_one(Destino, webhook("https://exemplo.com/x", "*")).usuario_id = ana
    webhook("https://exemplo.com/y", "*", nome="do operador")
    with reading() as db:
        assert call(method, db.get_one(Usuario, ana)) == 1
    assert [one.endereco for one in devidos()] == ["ana@exemplo.com.br"]


@EVERY
def test_without_an_address_nothing_is_owed_and_nothing_fails(method: str) -> None:
    assert call(method, pessoa(email="")) == call(method, None) == 0
    with reading() as db:
        assert db.scalars(select(Event)).all() == []


@EVERY
def test_a_notice_that_is_not_wanted_is_not_owed(ana: int, method: str) -> None:
    evento = CALLS[method][0]
    quer(ana, "cte_importado" if evento == "nfe_importada" else "nfe_importada")
    assert call(method, ana) == 0
    quer(ana, evento)
    assert call(method, ana) == 1


def test_a_user_who_is_off_is_owed_nothing(ana: int) -> None:
    quer(ana)
    managing.desativar("ana")
    assert [call(method, ana) for method in CALLS] == [0] * 6


@EVERY
def test_it_joins_the_caller_s_transaction(ana: int, method: str) -> None:
    with pytest.raises(ZeroDivisionError), transaction() as db:
        assert call(method, ana, db=db) == 1
        raise ZeroDivisionError
    assert devidos() == []


@EVERY
def test_the_operator_is_told_at_the_mailboxes_without_owner(method: str) -> None:
    number = webhook("https://exemplo.com/x", "nfe_importada", nome="caixa")
    with transaction() as db:
        row = db.get_one(Destino, number)
        row.tipo, row.url, row.opcoes = "email", "ops@exemplo.com.br", None
        row.assinaturas[0].evento = CALLS[method][0]
    assert call(method, None) == 1
    assert [one.endereco for one in devidos()] == ["ops@exemplo.com.br"]


class Broken:
    """An object that has the fields and nothing in them."""

    def __getattr__(self, name: str) -> Any:
        return None


HOSTILE = "<script>alert(1)</script>\r\nBcc: todos@exemplo.com.br\r\n\r\n\u202e\x00\ud800" + "A" * (4 * 1024 * 1024)


@EVERY
@pytest.mark.parametrize(
    "thing",
    [
        {},
        Broken(),
        dict.fromkeys([*NFE, *CTE, *CONSULTA, *CERTIFICADO, "arquivo", "erro", "top_emitentes", "serie"], HOSTILE),
        {
            "valor_total": "1e999999",
            "data_emissao": 5,
            "total_encontrados": "x",
            "nfe_valor": "NaN",
            "serie": [{1: b"x"}],
        },
        {"top_emitentes": [{"emit_nome": HOSTILE}] * 1000, "alertas": [None]},
    ],
    ids=["nothing", "nulls", "hostile", "wrong", "many"],
)
def test_nothing_in_it_breaks_anything(ana: int, method: str, thing: Any) -> None:
    given = (thing, -3) if method == "notificar_certificado_vencendo" else (thing,)
    assert call(method, ana, *given) == 1
    (owed,) = devidos()
    written = render(avisos()[owed.evento], owed.dados)
    assert written.assunto.isprintable()
    assert "<script" not in written.html
    assert not any(line.startswith("Bcc") for line in written.texto.splitlines())
    assert len(json.dumps(owed.dados)) < 400_000


def test_a_stored_document_is_told_with_what_only_its_kind_says(ana: int) -> None:
    numbers = [acervo.guardar(one, de=ana) for one in (acervo.nota(7), acervo.frete(8))]
    with reading() as db:
        nfe, cte = (db.get_one(Documento, number) for number in numbers)
    assert (call("notificar_nfe_importada", ana, nfe), call("notificar_cte_importado", ana, cte)) == (1, 1)
    first, second = (one.dados for one in devidos())
    assert (first["numero_nf"], first["valor_total"], first["valor_produtos"]) == ("7", "10.00", "9.00")
    assert first["data_emissao"] == "2026-11-03T10:00:00-03:00"
    assert (second["numero_ct"], second["municipio_inicio"], second["uf_fim"]) == ("8", "Santos", "SP")


def test_a_stored_certificate_is_told_by_its_last_local_day(ana: int) -> None:
    with transaction() as db:
        owner = Empresa(usuario_id=ana, dono=f"{ana}:0", cnpj=acervo.PADARIA, criada_em=NOW)
        db.add(owner)
        db.flush()
        row = CertificadoDigital(
            **dict.fromkeys(("base", "titular", "emissor", "numero", "senha_pfx"), "1"),
            **dict.fromkeys(("validade_inicio", "validade_fim", "data_cadastro", "data_atualizacao"), NOW),
            empresa_id=owner.id,
            nome="Matriz",
            cnpj=acervo.PADARIA,
            arquivo_pfx=b"x",
        )
        db.add(row)
        db.flush()
    call("notificar_certificado_vencendo", ana, row, 1)
    (owed,) = devidos()
    assert (owed.dados["validade"], owed.dados["dias"], owed.dados["vencido"]) == ("2026-12-31", 1, False)


@pytest.mark.parametrize(
    ("dias", "waits"), [(30, True), (4, True), (3, False), (0, False), (-1, False)], ids=lambda one: str(one)
)
def test_quiet_hours_hold_back_what_is_not_urgent(ana: int, dias: int, waits: bool) -> None:
    quer(ana, silencio=quiet_now())
    call("notificar_certificado_vencendo", ana, CERTIFICADO, dias)
    (owed,) = devidos()
    assert (owed.due_at > datetime.now(UTC)) == waits
