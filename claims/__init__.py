"""Owed work: rows that are claimed, done and settled, wherever they stand, and what keeps the doing within bounds."""
