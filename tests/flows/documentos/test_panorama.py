"""The store at a glance: what waits is counted for whom it was asked, and errors of a day."""

from datetime import timedelta

from sqlalchemy import select

from core.caller import OPERATOR, Caller
from core.capped import Capped
from core.clock import SYSTEM
from flows.documentos.panorama import panorama
from flows.usuarios import managing
from storage.models.importacoes import Importacao, ImportLog
from storage.models.usuarios import Usuario
from storage.session import transaction


def test_what_waits_is_of_whom_it_was_asked_for(banco: str) -> None:
    now = SYSTEM.now()
    managing.criar("ana")
    managing.criar("bia")
    with transaction() as db:
        ana, bia = db.scalars(select(Usuario.id).order_by(Usuario.id)).all()
        asked = Importacao(caminho="/x", criada_em=now, usuario_id=ana, dono="a", due_at=now)
        db.add(asked)
        db.flush()
        rest = {"usuario_id": ana, "dono": "a", "due_at": now}
        for place, (status, ago) in enumerate((("processando", 0), ("processando", 0), ("erro", 1), ("erro", 25))):
            when = now - timedelta(hours=ago)
            row = ImportLog(arquivo_nome=f"{place}.xml", importacao_id=asked.id, status=status, **rest)
            row.data_importacao = when
            db.add(row)
    for caller, waits, bad in ((OPERATOR, 2, 1), (Caller(ana), 2, 1), (Caller(bia), 0, 0)):
        found = panorama(caller)
        assert (found.a_importar, found.erros_24h) == (Capped(waits), Capped(bad))
