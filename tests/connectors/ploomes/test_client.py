"""Single records: found, gone, made, changed; and what shows that what was asked for was ignored."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.base.faults import Blocked, Fault, Refused, Unintelligible, UnknownOutcome
from connectors.ploomes import TASKS, Ploomes, checks, client
from connectors.ploomes import faults as faults_of
from core.clock import FixedClock
from core.fiscal import formatar_documento
from core.settings.ploomes import ContaPloomes
from sandbox import faults
from sandbox.faults import after
from sandbox.ploomes import PloomesServer, empty_page

CNPJ, CPF = "12ABC34501DE35", "11144477735"  # pragma: allowlist secret


def test_a_record_is_found_by_its_id_or_it_is_gone(server: PloomesServer, ploomes: Ploomes) -> None:
    row = server.add("Contacts", Name="Padaria", CNPJ=CNPJ)
    task = server.add(TASKS, Title="Instalar")
    found, item = ploomes.contact(row["Id"]), ploomes.item(TASKS, task["Id"])
    assert found is not None
    assert found.documento == CNPJ
    assert item is not None
    assert item.titulo == "Instalar"
    assert ploomes.contact(1) is None
    assert ploomes.item(TASKS, row["Id"]) is None


@pytest.mark.parametrize("fault", [empty_page(), faults.html(404), faults.status(200, "{}")])
def test_an_answer_that_says_nothing_is_no_proof_that_a_record_is_gone(
    server: PloomesServer, ploomes: Ploomes, fault: faults.Fault
) -> None:
    row = server.add("Contacts", Name="Padaria")
    server.faults.always(fault)
    with pytest.raises(Unintelligible):
        ploomes.contact(row["Id"])


@pytest.mark.parametrize("documento", [CNPJ, CPF])
@pytest.mark.parametrize("spelled", ["as asked", "formatted"])
@pytest.mark.parametrize("field", ["CNPJ or CPF", "Register"])
def test_a_document_is_found_in_any_spelling_and_field(
    server: PloomesServer, ploomes: Ploomes, documento: str, spelled: str, field: str
) -> None:
    stored = formatar_documento(documento) if spelled == "formatted" else documento
    name = field if field == "Register" else {14: "CNPJ", 11: "CPF"}[len(documento)]
    wanted = server.add("Contacts", Name="Padaria", **{name: stored})["Id"]
    server.add("Contacts", Name="Outra", CNPJ="11222333000181")
    assert [one.id for one in ploomes.find_contacts(formatar_documento(documento))] == [wanted]


def test_that_nobody_has_a_document_is_confirmed(server: PloomesServer, ploomes: Ploomes) -> None:
    assert ploomes.find_contacts(CNPJ) == []
    wanted = server.add("Contacts", Name="Padaria", CNPJ=CNPJ)["Id"]
    server.faults.queue(empty_page(), key="Contacts")
    assert [one.id for one in ploomes.find_contacts(CNPJ)] == [wanted]
    server.quirks.filters = False
    with pytest.raises(Unintelligible, match="filtro foi ignorado"):
        ploomes.find_contacts(CPF)


def test_a_contact_is_made_once_and_changed(server: PloomesServer, ploomes: Ploomes) -> None:
    made = ploomes.create_contact({"Name": "D'Ávila", "Register": CNPJ, "TypeId": 1})
    assert (made.nome, made.documento, made.type_id) == ("D'Ávila", CNPJ, 1)
    server.faults.queue(faults.after(faults.reset()), key="PATCH Contacts")
    ploomes.change_contact(made.id, {"Note": "nova"})
    assert server.rows["Contacts"][made.id]["Note"] == "nova"


@pytest.mark.parametrize(
    ("fault", "kind", "stored"),
    [
        (after(faults.reset()), UnknownOutcome, 1),
        (after(faults.status(504)), Fault, 1),
        (after(faults.status(500)), Fault, 1),
        (after(faults.status(408)), Fault, 1),
        (after(faults.status(200, '"criado"')), Unintelligible, 1),
        (after(empty_page()), Unintelligible, 1),
        (after(faults.html()), Unintelligible, 1),
    ],
)
def test_what_may_have_been_made_is_not_made_again(
    server: PloomesServer, ploomes: Ploomes, fault: faults.Fault, kind: type[Fault], stored: int
) -> None:
    server.faults.always(fault, key="POST Contacts")
    with pytest.raises(kind) as caught:
        ploomes.create_contact({"Name": "Padaria"})
    assert caught.value.may_be_stored
    assert len(server.rows["Contacts"]) == server.requests["POST Contacts"] == stored


def test_a_double_that_the_account_refuses_was_surely_not_made(server: PloomesServer, ploomes: Ploomes) -> None:
    server.quirks.no_doubles = True
    server.add("Contacts", Name="Padaria", CNPJ=CNPJ)
    with pytest.raises(Refused, match="already exists") as caught:
        ploomes.create_contact({"Name": "Padaria", "Register": CNPJ})
    assert not caught.value.may_be_stored


def test_the_account_is_checked(server: PloomesServer, ploomes: Ploomes) -> None:
    tag = server.add("Tags", Name="INSTALAÇÃO")["Id"]
    assert ploomes.tags() == {tag: "INSTALAÇÃO"}
    assert checks.missing_tags(ploomes, [tag, 5]) == [5]
    assert checks.missing_tags(ploomes, []) == []
    given = {"EntityId": 12, "ActionId": 1, "ValidationKey": "segredo-do-gancho"}  # pragma: allowlist secret
    off = server.add("Webhooks", CallbackUrl="https://aqui/x", Active=False, **given)["Id"]
    server.add("Webhooks", CallbackUrl="https://aqui/y", Active=True, **given)
    assert "segredo-do-gancho" not in repr(ploomes.hooks())
    assert [hook.id for hook in checks.sleeping_hooks(ploomes)] == [off]
    ploomes.revive_hook(off)
    assert checks.sleeping_hooks(ploomes) == []


NOON = datetime(2026, 7, 14, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "changed", "wrong"),
    [
        ({"CreateDate": "2026-07-14T12:00:00-03:00"}, False, None),
        ({"CreateDate": "2026-07-14T11:59:59-03:00"}, False, faults_of.UNFILTERED),
        ({"CreateDate": "2026-07-14T11:59:59-03:00"}, True, faults_of.UNFILTERED),
        ({"CreateDate": "2020-01-01T00:00:00Z", "LastUpdateDate": "2026-07-14T15:00:00Z"}, True, None),
        ({"CreateDate": "2020-01-01T00:00:00Z", "LastUpdateDate": "2026-07-14T15:00:00Z"}, False, faults_of.UNFILTERED),
        ({"CreateDate": None}, True, None),
        ({"CreateDate": "ontem"}, False, None),
    ],
)
def test_a_row_of_before_shows_that_the_filter_was_ignored_and_one_without_a_date_shows_nothing(
    row: dict[str, Any], changed: bool, wrong: Any
) -> None:
    assert client._outside(row, begin=NOON, changed=changed, tags=frozenset()) is wrong
    assert client._outside(row, begin=None, changed=changed, tags=frozenset()) is None


@pytest.mark.parametrize(
    ("tags", "wanted", "wrong"), [([7], {7, 8}, None), ([], {7}, faults_of.UNTAGGED), ([1], set(), None)]
)
def test_a_row_without_a_tag_that_was_asked_for_is_told(tags: list[int], wanted: set[int], wrong: Any) -> None:
    row = {"Tags": [{"TagId": tag} for tag in tags]}
    assert client._outside(row, begin=None, changed=True, tags=frozenset(wanted)) is wrong


def test_a_moment_is_asked_for_in_whole_seconds_and_rows_of_that_second_are_no_fault(
    server: PloomesServer, ploomes: Ploomes, clock: FixedClock
) -> None:
    wanted = server.add("Contacts", Name="Padaria")["Id"]
    found = ploomes.contacts(clock.now() + timedelta(microseconds=900_000))
    assert [row.id for page in found for row in page.rows] == [wanted]


def test_two_records_are_no_answer_to_one(server: PloomesServer, ploomes: Ploomes) -> None:
    two = faults.status(200, '{"value": [{"Id": 1, "Name": "a"}, {"Id": 2, "Name": "b"}]}')
    server.faults.always(two, key="Contacts")
    with pytest.raises(Unintelligible) as read:
        ploomes.contact(1)
    assert not read.value.may_be_stored
    with pytest.raises(Unintelligible, match="não diz o que foi criado") as made:
        ploomes.create_contact({"Name": "Padaria"})
    assert made.value.may_be_stored


def test_the_key_is_proved_by_the_number_of_the_account(server: PloomesServer, conta: ContaPloomes) -> None:
    (account,) = server.rows["Account"]
    with Ploomes("padrao", conta) as ploomes:
        assert ploomes.check_key() == account
    other = conta.model_copy(update={"user_key": SecretStr("outra-chave-qualquer")})
    with Ploomes("padrao", other) as ploomes, pytest.raises(Blocked, match="User-Key foi recusada") as caught:
        ploomes.check_key()
    assert "outra-chave-qualquer" not in str(caught.value)


def test_a_budget_is_of_the_key_and_does_not_show_it(conta: ContaPloomes) -> None:
    own = client.budget(conta)
    assert own == client.budget(conta.model_copy(update={"base_url": "https://outra.exemplo.com"}))
    assert own.nome != client.budget(conta.model_copy(update={"user_key": SecretStr("outra-chave")})).nome
    assert conta.user_key.get_secret_value() not in own.nome
    assert client.budget(conta.model_copy(update={"per_minute": 7})).per_minute == 7


@pytest.mark.parametrize(("told", "whole"), [("2", True), ('"2"', False), ("true", False), ("null", False)])
def test_a_count_that_is_no_number_counts_nothing(
    server: PloomesServer, ploomes: Ploomes, told: str, whole: bool
) -> None:
    head = f'{{"@odata.count": {told}, "value": '
    first, rest = (faults.status(200, f"{head}{rows}}}") for rows in ('[{"Id": 1}, {"Id": 2}]', "[]"))
    server.faults.queue(first, *[rest] * 5, key="Contacts")
    assert list(ploomes.contacts(None))[-1].whole is whole
