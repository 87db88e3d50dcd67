"""A queue table in another's database: Oracle by its thin driver, PostgreSQL and SQLite by the same statements."""
