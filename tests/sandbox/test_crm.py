"""The CRM of the demonstration: something new every few seconds, and all of it fit to be sent on."""

from core.fiscal import documento_valido
from sandbox.crm import INSTALACAO, CrmServer
from sandbox.demo import central


def test_customers_come_and_what_was_promised_to_them() -> None:
    with CrmServer("k", every=0.005) as server:
        assert server.wait_for(lambda: len(server.rows["InteractionRecords"]) >= 3)
    contacts = server.rows["Contacts"]
    assert len(contacts) >= 3
    assert all(documento_valido(row["CNPJ"]) for row in contacts.values())
    for row in (*server.rows["Tasks"].values(), *server.rows["InteractionRecords"].values()):
        assert row["ContactId"] in contacts
        assert row["Tags"][0]["TagId"] in server.rows["Tags"]
    assert INSTALACAO in {number for number, _, _ in central.TAGS} == set(server.rows["Tags"])
