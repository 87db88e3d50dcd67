"""Say where the toy flow was found, as JSON."""

import json
import sys
from dataclasses import fields
from pathlib import Path

from core import queues
from core.celery_app import app, route
from core.settings.reference import texts
from docs.generate import compose, metrics
from docs.generate import workers as generated
from events.catalog import CATALOG, subscribable
from flows import metricas, retencao
from flows.diagnostico import examine
from storage.metadata import metadata
from workers.layout import one_per_family, together
from workers.processes import table

ROOT = Path(__file__).parents[3]
(worker,) = [one for one in one_per_family() if one.name == "brinquedos"]
settings = texts(ROOT)
sys.stdout.write(
    json.dumps(
        {
            "fila": [queue.name for queue in app.conf.task_queues],
            "rota": route("brinquedo.pular"),
            "limites": app.conf.task_annotations["brinquedo.pular"],
            "worker": [worker.carries, worker.processes, worker.stops_within, worker.stops_at_most],
            "juntos": "brinquedo" in together("tudo", queues.queues()).carries,
            "processos": [process.name for process in table()],
            "procfile": generated.procfile(""),
            "compose": compose.apart(""),
            "referencia": generated.reference((ROOT / "docs/reference/queues.md").read_text()),
            "leiame": generated.readme((ROOT / "README.md").read_text()),
            "diagnostico": [finding.sistema for finding in examine()],
            "metricas": metricas.texto().decode(),
            "metricas na página": metrics.reference((ROOT / "docs/reference/metrics.md").read_text()),
            "campos": [field.name for field in fields(CATALOG["brinquedo_quebrado"])],
            "retencao": retencao.limpar().counts(),
            "chave": "[brinquedo]" in settings["esteira.example.toml"]
            and "ESTEIRA_BRINQUEDO__ARQUIVO" in settings[".env.example"],
            "evento": "brinquedo_quebrado" in CATALOG and "brinquedo_quebrado" in subscribable(),
            "tabela": "brinquedo" in metadata().tables,
        }
    )
)
