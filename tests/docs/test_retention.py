"""The reference tells each table from which a flow's upkeep deletes rows, and when they go."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from support import pages
from support.statements import statements, writes

from core.upkeep import Retention, upkeeps
from storage.session import transaction

NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)
RULES = [(flow, rule) for flow, upkeep in upkeeps().items() for rule in upkeep.retention]


def untold(flow: str, rule: Retention, told: set[str]) -> set[str]:
    """Return the tables from which a rule deletes and that nobody tells; of those that it only looks at one is enough.

    A rule that uses no table is told by the name of its flow.
    """
    with statements() as said:
        list(rule(NOW))
    if deleted := {what.removeprefix("delete from ") for what in writes(said) if what.startswith("delete from ")}:
        return deleted - told
    looked_at = {name for one in said for name in re.findall(r"(?i)\b(?:from|update)\s+\"?(\w+)", one)} or {flow}
    return set() if looked_at & told else looked_at


@pytest.mark.parametrize(("flow", "rule"), RULES, ids=lambda one: getattr(one, "__name__", one))
def test_what_a_rule_of_retention_deletes_is_told(flow: str, rule: Retention, sqlite: str) -> None:
    told = {name for page in pages.reference() for name in pages.named(page, pages.RETENTION)}
    lacking = untold(flow, rule, told)
    assert not lacking, (
        f"nenhuma página diz quando saem as linhas de {sorted(lacking)}, que a regra `{rule.__name__}` do fluxo {flow} "
        f"apaga: ponha uma linha em docs/reference/retention.md, ou na página do fluxo em docs/reference/, numa tabela "
        f"que comece com `{pages.RETENTION}`"
    )


def batches(*tables: str) -> Retention:
    """Return a rule that looks into the first table and deletes from the others."""

    def rule(now: datetime) -> Iterator[Mapping[str, int]]:
        with transaction() as db:
            db.execute(text(f"select 1 from {tables[0]}"))
            for one in tables[1:]:
                db.execute(text(f"delete from {one}"))
        yield {}

    return rule


@pytest.mark.parametrize(
    ("rule", "told", "lacking"),
    [
        (batches("marca", "amostra"), {"amostra"}, set()),
        (batches("marca", "amostra", "sessao"), {"amostra", "marca"}, {"sessao"}),
        (batches("marca"), {"marca"}, set()),
        (batches("marca"), {"amostra"}, {"marca"}),
        (lambda now: iter(()), {"padaria"}, set()),
        (lambda now: iter(()), {"amostra"}, {"padaria"}),
    ],
)
def test_a_rule_that_is_not_told_is_found(rule: Retention, told: set[str], lacking: set[str], sqlite: str) -> None:
    assert untold("padaria", rule, told) == lacking
