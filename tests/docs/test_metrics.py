"""The reference of the metrics says what a running installation tells, no more and no less."""

from pathlib import Path

from support.exposition import table

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"


def test_the_table_is_what_is_told(sqlite: str) -> None:
    told = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    assert told == table()
