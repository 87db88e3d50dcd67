"""Backups of the database: a copy made while the line runs, proven before it counts, and how it comes back."""
