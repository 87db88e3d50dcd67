"""The section `[sync]`: what is sent from when on, in which fields, and which flows are on."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from core.settings.mistakes import explain
from core.settings.sync import CLIENTES_MP, CLIENTES_PM, FLOWS, INTERACOES, TAREFAS, TARGETS, ContaSync, moment

TAG = {"id": 1, "label": "INSTALAÇÃO"}


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2024-02-24T00:00:00", -3),
        # when there was daylight saving time
        ("2018-12-24T00:00:00", -2),
        ("2024-02-24", -3),
        ("2024-02-24T00:00:00-05:00", -5),
        ("2024-02-24T00:00:00Z", 0),
    ],
)
def test_an_instant_without_an_offset_is_of_sao_paulo(text: str, offset: int) -> None:
    assert moment(text).utcoffset() == timedelta(hours=offset)
    assert ContaSync(cutoff=text).cutoff_at == moment(text)


@pytest.mark.parametrize("text", ["", "ontem", "24/02/2024", "2024-13-01T00:00:00"])
def test_what_is_no_instant_is_told(text: str) -> None:
    for key in ("cutoff", "start"):
        with pytest.raises(ValidationError, match="deve ser um instante, como 2024-02-24T00:00:00"):
            ContaSync.model_validate({key: text})


def test_nothing_before_the_cut_off_of_the_contract_is_sent_unless_it_is_said() -> None:
    assert ContaSync().cutoff_at == datetime.fromisoformat("2024-02-24T00:00:00-03:00")


@pytest.mark.parametrize(
    ("flow", "given", "minutes"),
    [
        (CLIENTES_PM, {}, 5),
        (CLIENTES_PM, {"schedules": {"clientes_pm": 7}}, 7),
        (CLIENTES_PM, {"schedules": {"clientes_pm": 0}}, 0),
        # nobody said which clients are new
        (CLIENTES_MP, {}, 0),
        (CLIENTES_MP, {"schedules": {"clientes_mp": 7}}, 0),
        (CLIENTES_MP, {"min_milvus_id": 0}, 60),
        (CLIENTES_MP, {"min_milvus_id": 9, "schedules": {"clientes_mp": 0}}, 0),
        # without a tag nothing becomes a ticket
        *((flow, {}, 0) for flow in (TAREFAS, INTERACOES)),
        *((flow, {"tags": [TAG]}, 5) for flow in (TAREFAS, INTERACOES)),
        (TAREFAS, {"tags": [TAG], "schedules": {"tarefas": 1440}}, 1440),
        (INTERACOES, {"tags": [TAG], "schedules": {"tarefas": 9}}, 5),
    ],
)
def test_a_flow_is_off_as_long_as_it_has_nothing_to_go_by(flow: str, given: dict[str, Any], minutes: int) -> None:
    assert ContaSync.model_validate(given).minutes(flow) == minutes


@pytest.mark.parametrize("flow", FLOWS)
def test_each_flow_has_minutes_and_fields(flow: str) -> None:
    on = ContaSync.model_validate({"min_milvus_id": 1, "tags": [TAG]})
    assert on.minutes(flow) > 0
    assert len(set(TARGETS[flow])) == len(TARGETS[flow])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"flow": TAREFAS, "target": "chamado_mesa", "source": "x"}, None),
        ({"flow": TAREFAS, "target": "chamado_mesa", "default": "Suporte"}, None),
        ({"flow": CLIENTES_MP, "target": "Email", "source": "email"}, None),
        ({"flow": TAREFAS, "target": "chamado_mesa"}, "precisa de source ou de default"),
        (
            {"flow": CLIENTES_PM, "target": "chamado_mesa", "source": "x"},
            "campo de destino desconhecido em clientes-pm",
        ),
        ({"flow": CLIENTES_MP, "target": "email", "source": "x"}, "há Name, LegalName"),
        ({"flow": "todos", "target": "chamado_mesa", "source": "x"}, "Input should be"),
        ({"flow": TAREFAS, "target": "chamado_mesa", "source": "x", "transform": "y"}, "Input should be"),
    ],
)
def test_a_field_comes_from_somewhere_and_is_one_that_the_other_side_has(
    given: dict[str, str], said: str | None
) -> None:
    if said is None:
        (field,) = ContaSync.model_validate({"mapping": [given]}).mapping
        assert field.target == given["target"]
        return
    with pytest.raises(ValidationError, match=said):
        ContaSync.model_validate({"mapping": [given]})


@pytest.mark.parametrize(("ids", "is_told"), [([1, 2], False), ([1, 2, 1], True), ([], False)])
def test_a_tag_is_told_once(ids: list[int], is_told: bool) -> None:
    given = {"tags": [{"id": number, "label": "x"} for number in ids]}
    if not is_told:
        assert [tag.id for tag in ContaSync.model_validate(given).tags] == ids
        return
    with pytest.raises(ValidationError, match="a mesma etiqueta está duas vezes em tags"):
        ContaSync.model_validate(given)


@pytest.mark.parametrize("url", ["mongodb://h/esteira", "mongodb+srv://h/esteira"])
def test_a_ledger_apart_is_a_mongodb(url: str) -> None:
    found = ContaSync.model_validate({"ledger_url": url}).ledger_url
    assert found is not None
    assert found.get_secret_value() == url


@pytest.mark.parametrize("url", ["", "postgresql://u:segredo-1@h/x", "h/esteira"])  # pragma: allowlist secret
def test_another_ledger_is_told_without_its_address(url: str) -> None:
    with pytest.raises(ValidationError, match="ledger_url deve começar com mongodb://") as caught:
        ContaSync.model_validate({"ledger_url": url})
    assert "segredo-1" not in "".join(explain(caught.value, ContaSync))


@pytest.mark.parametrize(
    ("key", "least", "most"),
    [("overlap_minutes", 1, 1440), ("attempts", 1, 10), ("seconds", 10, 3600)],
)
def test_a_number_has_its_bounds(key: str, least: int, most: int) -> None:
    for value in (least, most):
        assert getattr(ContaSync.model_validate({key: value}), key) == value
    for value in (least - 1, most + 1):
        with pytest.raises(ValidationError):
            ContaSync.model_validate({key: value})
