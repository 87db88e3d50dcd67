"""With whom: one file or folder per outside system; no database, no Celery."""
