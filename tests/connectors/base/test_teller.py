"""The sentences of an account."""

from connectors.base.faults import Refused
from connectors.base.table import DEFAULT, Row
from connectors.base.teller import Teller
from core.secrets import Secrets


def test_a_sentence_names_the_account_and_hides_what_it_must_not_show() -> None:
    teller = Teller("Milvus matriz", DEFAULT, Secrets("chave-1234"))
    found = teller.of_status(422, "<b>campo</b> inválido: chave-1234.\x1b[31m", 7.0)
    assert str(found) == "Milvus matriz: recusou o pedido (HTTP 422): campo inválido: ***. [31m."
    assert (found.said, found.retry_after) == ("campo inválido: ***. [31m", 7.0)


def test_facts_of_the_account_may_stand_in_a_sentence() -> None:
    row = Row(Refused, "não existe em {address} ({status})")
    assert str(Teller("", facts={"address": "h{1}:5"}).of_row(row, status=404)) == "não existe em h{1}:5 (404)."


def test_a_secret_is_hidden_in_every_part_of_a_fault() -> None:
    teller = Teller("Conta chave-1234", DEFAULT, Secrets("chave-1234"), {"address": "chave-1234:80"})
    found = teller.of_row(Row(Refused, "em {address}"), said={"message": "a chave-1234"})
    assert "chave-1234" not in str(found) + repr(vars(found)) + repr(found)
    assert (found.said, found.status) == ('{"message": "a ***"}', None)
