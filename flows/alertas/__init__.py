"""Alerts of any source: what is wrong, and who knows of it."""
