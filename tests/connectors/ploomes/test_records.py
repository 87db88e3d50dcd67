"""Single records: found, gone, made, changed; and what a contact says of itself."""

import pytest

from connectors.base.faults import Fault, Refused, Unintelligible, UnknownOutcome
from connectors.ploomes import TASKS, Ploomes, checks
from connectors.ploomes.rows import contact, moment
from core.fiscal import formatar_documento
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


def test_what_a_contact_says_of_itself() -> None:
    row = {
        "Id": 1,
        "CNPJ": " ",
        "CPF": "000.000.000-00",
        "Register": "111.444.777-35",
        "ZipCode": 1310100,
        "City": {"Name": "São Paulo", "State": {"Short": "sp"}},
        "Phones": [{"PhoneNumber": None, "TypeId": 1}, {"PhoneNumber": "11 9", "TypeId": 2}, {"PhoneNumber": "11 3"}],
        "Tags": [{"TagId": 3}, {"TagId": "x"}, None],
        "Email": None,
    }
    found = contact(row)
    assert (found.documento, found.cep, found.cidade, found.uf) == (CPF, "01310100", "São Paulo", "SP")
    assert (found.telefone, found.celular, found.email, found.tag_ids) == ("11 3", "11 9", "", (3,))
    empty = contact({"Id": 1, "City": None, "Phones": "x", "ZipCode": "123456789"})
    assert (empty.documento, empty.cep, empty.cidade, empty.uf, empty.telefone) == ("", "", "", "", "")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-07-14T12:00:00-03:00", "2026-07-14 15:00:00+00:00"),
        ("2026-07-14T12:00:00.5-02:00", "2026-07-14 14:00:00.500000+00:00"),
        ("2026-07-14T12:00:00.1234567Z", "2026-07-14 12:00:00.123456+00:00"),
        ("2026-07-14T12:00:00", "None"),  # without an offset it is no moment
        ("0001-01-01T00:00:00+03:00", "None"),
        ("14/07/2026", "None"),
        (None, "None"),
        (12, "None"),
    ],
)
def test_a_date_is_read_with_its_offset(text: object, read: str) -> None:
    assert str(moment(text)) == read
