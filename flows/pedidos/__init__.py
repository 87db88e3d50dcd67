"""Requests to the API: what is kept of them, and for how long."""
