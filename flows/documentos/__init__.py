"""Fiscal documents: whose they are, how they are kept, what changes them."""
