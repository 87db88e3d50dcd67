"""A row of a document by the names of the contract, in its own offset, with nothing of how it is kept."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from conftest import Configure

from flows.documentos.campos import local, said, text
from storage.models.documentos import CTe, Documento, NFe

INSTANT = datetime(2026, 11, 1, 1, 30, tzinfo=UTC)


def row(**columns: Any) -> Documento:
    usual: dict[str, Any] = {"especie": "nfe", "chave": "3" * 44, "numero": 7, "serie": 0, "papeis": ""}
    return Documento(**usual | columns)


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (-180, "2026-10-31T22:30:00-03:00"),
        (0, "2026-11-01T01:30:00+00:00"),
        (330, "2026-11-01T07:00:00+05:30"),
        # none that the document had: that of the installation
        (None, "2026-10-31T22:30:00-03:00"),
    ],
)
def test_an_instant_is_shown_in_the_offset_that_the_document_gave_it(minutes: int | None, shown: str) -> None:
    found = local(INSTANT, minutes)
    assert found is not None
    assert found.isoformat() == shown


def test_without_one_it_is_of_the_zone_that_is_set(configure: Configure) -> None:
    configure(core__timezone="America/Manaus")
    found = local(INSTANT, None)
    assert found is not None
    assert found.isoformat() == "2026-10-31T21:30:00-04:00"
    assert local(None, -180) is local(None, None) is None


@pytest.mark.parametrize(("number", "shown"), [(7, "7"), (0, "0"), (None, None)])
def test_a_number_is_a_text(number: int | None, shown: str | None) -> None:
    assert text(number) == shown


def test_a_document_says_what_it_has_by_the_contracts_names() -> None:
    made = row(
        data_emissao=INSTANT, recebido_em=INSTANT, offset_minutos=-180, valor_total=Decimal("1.50"), avisos='["é"]',
        papeis="EMITENTE,DESTINATARIO",
    )  # fmt: skip
    found = said(made, None, {"chave": "chave_acesso", "numero": "numero_nf"})
    assert (found["chave_acesso"], found["numero_nf"], found["serie"]) == ("3" * 44, "7", "0")
    assert {found[name].isoformat() for name in ("data_emissao", "recebido_em")} == {"2026-10-31T22:30:00-03:00"}
    assert (found["papeis"], found["avisos"]) == (["EMITENTE", "DESTINATARIO"], ["é"])
    assert found["valor_total"] == Decimal("1.50")
    assert not {"chave", "numero"} & found.keys()


def test_how_it_is_kept_and_that_others_have_it_too_is_no_part_of_what_it_says() -> None:
    kept = "id dono usuario_id empresa_id busca xml_id data_lista offset_minutos completo comprovado copia papel mes"
    for own in (None, NFe(id=1, autorizados="")):
        assert not set(kept.split()) & said(row(copia=True), own, {}).keys()


def test_what_is_not_said_is_none_and_of_lists_an_empty_one() -> None:
    found = said(row(numero=None, serie=None), None, {})
    assert (found["numero"], found["serie"], found["data_emissao"], found["papeis"], found["avisos"]) == (
        None, None, None, [], [],
    )  # fmt: skip
    assert "autorizados" not in found


@pytest.mark.parametrize(("kept", "shown"), [("", []), ("1", ["1"]), ("1,2", ["1", "2"])])
def test_what_only_its_kind_says_is_said_with_it(kept: str, shown: list[str]) -> None:
    found = said(row(), NFe(id=1, natureza="Venda", autorizados=kept), {"natureza": "natureza_operacao"})
    assert (found["natureza_operacao"], found["autorizados"]) == ("Venda", shown)
    assert said(row(), CTe(id=1, modal="01"), {})["modal"] == "01"
