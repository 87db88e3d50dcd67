"""Accounts of e-mail."""
