"""The events of a batch: a document that comes, each change of it, and a file that is none, by the contract's names."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from support.fiscal import ISSUED, conhecimento, cupom, key, nota

from core.documentos.conteudo import Cabeca
from core.documentos.situacao import Estado
from events.outbox import Disparo
from flows.documentos.known import Ficha
from flows.documentos.owners import Dono
from flows.documentos.telling import about, failed

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def ficha(cabeca: Cabeca, *mudancas: Sequence[str], born: bool = False, usuario: int | None = 1) -> Ficha:
    """Return a document after a batch."""
    made = Ficha(Dono(usuario), cabeca.chave, cabeca.especie, mudancas=[tuple(one) for one in mudancas])
    if born:
        made.nasceu = cabeca, Estado.of(cabeca)
    return made


def born(cabeca: Cabeca) -> dict[str, Any]:
    (one,) = about([ficha(cabeca, born=True)])
    return dict(one.dados)


def changed(especie: str, *fields: str) -> dict[str, Any]:
    (one,) = about([Ficha(Dono(1), key(1), especie, mudancas=[fields])])
    return dict(one.dados)


def names(fichas: list[Ficha]) -> list[tuple[str, int | None]]:
    return [(one.evento, one.usuario_id) for one in about(fichas)]


def test_what_nobody_owns_tells_nobody() -> None:
    assert names([ficha(nota(), ["status"], born=True, usuario=None)]) == []


def test_what_stayed_as_it_was_is_not_told() -> None:
    assert names([ficha(nota())]) == names([]) == []


def test_a_document_is_told_before_its_changes_and_each_by_itself() -> None:
    one, other = ficha(nota(1), ["status"], ["correcao"], born=True), ficha(conhecimento(2), born=True, usuario=2)
    assert names([one, other]) == [
        ("nfe_importada", 1),
        ("documento_atualizado", 1),
        ("documento_atualizado", 1),
        ("cte_importado", 2),
    ]


def test_of_other_kinds_only_changes_are_told() -> None:
    assert names([ficha(cupom(), born=True), ficha(cupom(2), ["status"], born=True)]) == [("documento_atualizado", 1)]


def test_a_note_is_told_by_the_names_of_the_contract() -> None:
    found = born(nota(7, valor_total=Decimal("1E+3")))
    assert (found["chave_acesso"], found["numero_nf"], found["serie"], found["status_nfe"]) == (key(7), "7", "1", "100")
    assert (found["valor_total"], found["valor_produtos"]) == ("1000", "10.00")
    assert found["data_emissao"] == ISSUED.isoformat() == "2026-10-31T22:30:00-03:00"


def test_a_freight_is_told_with_its_way() -> None:
    found = born(conhecimento(7))
    assert (found["chave_acesso"], found["numero_ct"], found["status_cte"]) == (key(7, "57"), "7", "100")
    assert [found[name] for name in ("municipio_inicio", "uf_inicio", "municipio_fim", "uf_fim")] == [
        "Santos", "SP", "Recife", "PE",
    ]  # fmt: skip


@pytest.mark.parametrize("make", [nota, conhecimento])
def test_what_a_document_does_not_say_is_an_empty_text_and_no_amount(make: Any) -> None:
    nothing = dict.fromkeys(
        "numero serie data_emissao emit_cnpj emit_nome dest_cnpj_cpf dest_nome valor_total protocolo status".split()
    )
    found = born(make(1, **nothing))
    assert found.pop("data_emissao") is None
    assert found.pop("valor_total") == "0"
    assert {found[name] for name in found if name in ("serie", "emit_cnpj", "emit_nome", "dest_nome")} == {""}
    assert None not in found.values()


def test_its_state_is_that_of_its_birth_and_not_what_the_text_says() -> None:
    one = ficha(nota())
    one.nasceu = nota(), Estado(status="101")
    (told,) = about([one])
    assert told.dados["status_nfe"] == "101"


@pytest.mark.parametrize(
    ("especie", "fields", "tipo", "told"),
    [
        ("nfe", ("situacao", "status", "motivo"), "NFe", ["status_nfe", "motivo"]),
        ("nfce", ("numero", "emit_nome"), "NFe", ["numero_nf", "emit_nome"]),
        ("cte", ("status", "numero"), "CTe", ["status_cte", "numero_ct"]),
        ("cte_os", ("protocolo", "recebido_em"), "CTe", ["protocolo"]),
        ("cfe", ("situacao", "status", "motivo"), "CFe", ["status", "motivo"]),
        ("nfse", ("status",), "NFSe", ["status"]),
        ("nfe", ("correcao", "correcao_sequencia"), "NFe", ["correcao"]),
        # a registered event that only we have a word for is a change all the same
        ("nfe", ("situacao",), "NFe", []),
    ],
)
def test_a_change_names_its_fields_as_the_contract_does(
    especie: str, fields: tuple[str, ...], tipo: str, told: list[str]
) -> None:
    assert changed(especie, *fields) == {"chave_acesso": key(1), "tipo": tipo, "campos_alterados": told}


def test_a_file_that_is_no_document_is_told_in_old_words_and_new() -> None:
    (one,) = failed("NFe", "a.xml", None, "o arquivo está vazio", NOW, 3)
    assert isinstance(one, Disparo)
    assert (one.evento, one.usuario_id) == ("erro_importacao", 3)
    assert one.dados == {
        "tipo_documento": "NFe", "arquivo_nome": "a.xml", "chave_acesso": None, "mensagem": "o arquivo está vazio",
        "data_importacao": NOW.isoformat(), "arquivo": "a.xml", "erro": "o arquivo está vazio",
        "timestamp": NOW.isoformat(),
    }  # fmt: skip


def test_a_file_that_nobody_in_particular_sent_in_tells_nobody() -> None:
    assert list(failed("NFe", "a.xml", None, "vazio", NOW, None)) == []
