"""Whatever a row holds, it is read into a record; what a contact says of itself, and dates with their offsets."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.ploomes.rows import INTERACTIONS, TASKS, contact, hook, item, moment

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
NAMES = (
    *("Name", "CNPJ", "CPF", "Register", "TypeId", "ZipCode", "City", "State", "Phones", "Tags", "Email"),
    *("CreateDate", "LastUpdateDate", "Date", "Title", "Description", "Content", "ContactId", "DealId", "Deal"),
    *("EntityId", "ActionId", "CallbackUrl", "Active"),
)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_any_row_is_read(row: dict[str, Any]) -> None:
    row["Id"] = 1
    found = contact(row)
    assert all(isinstance(text, str) for text in (found.documento, found.cep, found.uf, found.telefone, found.celular))
    assert {item(entidade, row).id for entidade in (TASKS, INTERACTIONS)} == {hook(row).id} == {1}


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
    assert (found.documento, found.cep, found.cidade, found.uf) == ("11144477735", "01310100", "São Paulo", "SP")
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
