"""Rows of a queue table in somebody else's database become events, each once; the table gets the result."""
