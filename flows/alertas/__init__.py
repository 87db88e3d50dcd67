"""Alerts: what is wrong, whatever its source, and who knows."""
