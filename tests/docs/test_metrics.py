"""The table of the metrics is written from what the flows declare, and says what a running installation tells."""

from support.exposition import families

from docs.generate import metrics

LACKING = "docs/reference/metrics.md is written from these: what a flow tells may not depend on what is in its tables"


def test_the_families_that_are_written_are_those_that_are_told(sqlite: str) -> None:
    assert metrics.written(metrics.families()) == metrics.written(families()), LACKING
