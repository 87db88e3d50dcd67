"""What a worker of the tests knows of each kind of database is kept from one test to the next.

SQLAlchemy remembers each statement's text by the engine's dialect. Every test has an engine of its own, and most say
what the test before said: made anew each time, the texts take a tenth of the suite.
"""

from collections.abc import Callable

from sqlalchemy import Engine

Connect = Callable[[str], Engine]


def remembering(connect: Connect) -> Connect:
    """Return a way to make engines that have the dialect, and the texts, of the first of their kind."""
    first: dict[str, Engine] = {}

    def made(url: str) -> Engine:
        engine = connect(url)
        known = first.get(engine.dialect.name)
        if known is None or known.dialect.server_version_info is None:
            # a dialect knows nothing before its first connection, and one that never had any would be asked for ever
            first[engine.dialect.name] = engine
            return engine
        engine.dialect = engine.pool._dialect = known.dialect
        engine._compiled_cache = known._compiled_cache
        return engine

    return made
