"""Whatever a row holds, it is read into a record."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.ploomes.rows import INTERACTIONS, TASKS, contact, hook, item

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
