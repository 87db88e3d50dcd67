"""One file per notice, found by walking: each has its `AVISO`. See `events/email/aviso.py`."""
