"""The table of the metrics is written from what the flows declare, and says what a running installation tells."""

from support.exposition import families

from docs.generate import metrics

LACKING = (
    "a tabela de docs/reference/metrics.md é escrita das famílias que cada `metrics` de um `UPKEEP` dá; "
    "uma família tem de ser dada também quando as tabelas estão vazias, com os mesmos rótulos"
)


def test_the_families_that_are_written_are_those_that_are_told(sqlite: str) -> None:
    assert metrics.written(metrics.families()) == metrics.written(families()), LACKING
