"""What can be asked for: thin doors, one file per flow, found by walking; each loads its flow when it is opened.

Importing it makes the configured Celery app current, so `tarefa.delay()` works from a bare Python process.
"""

import core.celery_app  # noqa: F401 - it lets the modules of this package declare themselves
