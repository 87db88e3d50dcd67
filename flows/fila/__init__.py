"""Rows of a queue table in another's database become events, each once, and the table is told how it went."""
