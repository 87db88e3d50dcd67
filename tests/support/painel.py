"""A line with something in every card of the page: rows as the flows leave them, named as somebody asks."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from core.clock import SYSTEM
from flows.destinos import switching
from flows.ritmo.noting import begin_of
from sandbox.documentos.notas import nota
from sandbox.questor.documentos import documento
from storage.models.alertas import Alerta
from storage.models.destinos import Destino
from storage.models.empresas import Empresa
from storage.models.eventos import Attempt, Delivery
from storage.models.fila import FilaConta
from storage.models.importacoes import ImportLog
from storage.models.limites import RAN, Marca
from storage.models.questor import QuestorArquivo
from storage.models.ritmo import Amostra
from storage.models.sat import Caixa
from storage.models.sefaz import Contribuinte, LacunaNSU, SerieNSU
from storage.models.sync import SyncFluxo, SyncItem
from storage.models.usuarios import Usuario
from storage.session import transaction
from support.api import importing
from support.deliveries import fire, webhook
from support.questor import account, lot

# What somebody may have named a box, a company or a destination.
HOSTILE = (
    '"><script>document.title="tomado"</script><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}',
    "\u202eoãtsac ed ajol\u2066\u0085\u0007 \u200f" + "ﷺ" * 20,
    "x" * 10_000,
)
SETTINGS = {
    **account("http://127.0.0.1:9"),
    "ploomes__user_key": "chave-de-teste",
    "milvus__token": "chave-de-teste",
    "sync__tags": json.dumps([{"id": 1, "label": "INSTALAÇÃO", "category": "Instalação"}]),
    "sync__min_milvus_id": "0",
    "sync__start": "2026-07-01T00:00:00",
    "fila__url": "sqlite:///fila.db",
    "deliveries__allow_networks": '["127.0.0.0/8"]',
    "deliveries__allow_http": "true",
}


def fill(username: str, name: str, folder: Path, others: int = 0) -> int:
    """Put something in every card, of this user where it can be; return the number of the user's webhook.

    `others` adds as many boxes and alerts of the same name and a number.
    """
    importing(username, nota(12).xml, nota(13).xml)
    lote = lot(folder, [documento("nfe", number) for number in range(8)], name[:100])
    numbers = [
        webhook("http://127.0.0.1:9/erp", nome=name[:200]),
        webhook("http://127.0.0.1:9/b", nome=f"b {name}"[:200]),
    ]
    fire(6)
    switching.pause(str(numbers[1]))
    with transaction() as db:
        owner = db.scalars(select(Usuario.id).where(Usuario.username == username)).one()
        db.execute(update(Destino).values(usuario_id=owner))
        db.execute(update(Empresa).values(nome=name[:200]))
        db.execute(
            update(QuestorArquivo)
            .where(QuestorArquivo.lote_id == lote, QuestorArquivo.id % 2 == 0)
            .values(estado="enviado")
        )
        _tried(db, numbers[0], name)
        _boxes(db, name, others)
        _numberings(db, name)
        _sync(db, name)
        db.add(ImportLog(arquivo_nome=name, usuario_id=owner, dono="", **_bad(name)))
        _minutes(db)
        db.add(FilaConta(conta="padrao", visto_em=SYSTEM.now(), pendentes=12, reservadas=3, erros=2, falha=None))
    return numbers[0]


def _minutes(db: Session) -> None:
    last = begin_of(SYSTEM.now())
    for serie in ("entregas a fazer", "entregas por minuto", "arquivos a importar"):
        # now and then nobody noted anything
        noted = [place for place in range(2, 62) if place % 17]
        db.add_all(
            Amostra(serie=serie, minuto=last - timedelta(minutes=place), valor=place * 7 % 43) for place in noted
        )


def _bad(name: str) -> dict[str, Any]:
    now = SYSTEM.now()
    return {"data_importacao": now, "tipo_documento": "nfe", "status": "erro", "mensagem": name[:500], "due_at": now}


def _tried(db: Session, number: int, name: str) -> None:
    now = SYSTEM.now()
    rows = db.scalars(select(Delivery).where(Delivery.destino_id == number)).all()
    for place, one in enumerate(rows):
        good = place % 3 != 0
        one.estado, one.finished_at = ("entregue" if good else "esgotado"), now
        db.add(
            Attempt(
                delivery_id=one.id,
                number=1,
                started_at=now - timedelta(minutes=place),
                duration_ms=80 + 300 * place,
                outcome="sucesso" if good else "http",
                status_code=200 if good else 500,
                address="127.0.0.1",
                response=name,
                error=None if good else name[:500],
            )
        )


def _boxes(db: Session, name: str, others: int) -> None:
    now = SYSTEM.now()
    for place in range(others + 2):
        named = f"{name[:90]} {place}" if place else name[:100]
        bad = place % 2 == 0
        result = {"resultado": "inalcancavel" if bad else "ok", "erro": name[:500] if bad else None}
        since = now - timedelta(hours=5) if bad else None
        db.add(Caixa(nome=named, sessao=1, verificada_em=now, falhando_desde=since, due_at=now, **result))
        if bad:
            said = {"mensagem": f"{name[:400]} não responde.", "aberto_em": now - timedelta(hours=4), "visto_em": now}
            severity = "critico" if place == 0 else "aviso"
            db.add(Alerta(fonte="sat", objeto=named, codigo="inalcancavel", severidade=severity, **said))
    for task, ago in (("sat.varrer", 3), ("entregas.varrer", 20), ("questor.avancar", 90_000)):
        db.execute(insert(Marca).values(nome=RAN + task, instante=now - timedelta(seconds=ago)))


def _numberings(db: Session, name: str) -> None:
    now = SYSTEM.now()
    company = db.scalars(select(Empresa)).first()
    assert company is not None
    known = Contribuinte(cnpj=company.cnpj, ambiente=1, empresa_id=company.id, due_at=now)
    db.add(known)
    db.flush()
    states = (("nfe", now + timedelta(minutes=50), 0), ("cte", None, 2))
    for servico, blocked, failures in states:
        one = SerieNSU(contribuinte_id=known.id, empresa_id=company.id, servico=servico, falhas=failures)
        one.ult_nsu, one.max_nsu = 4_512, 4_600
        one.bloqueado_ate, one.motivo = blocked, name
        db.add(one)
        db.flush()
        db.add(LacunaNSU(serie_id=one.id, de=10, ate=12, proxima=10, motivo="salto", aberta_em=now))


def _sync(db: Session, name: str) -> None:
    now = SYSTEM.now()
    counts = json.dumps({"enviado": 1_240, "estacionado": 1})
    ran = {"due_at": now, "terminado_em": now, "bem_em": now, "contagens": counts, "cursor": now}
    db.add(SyncFluxo(fluxo="clientes-pm", relatorio='{"estado": "bem"}', precisa_de_alguem=False, **ran))
    item = {"livro": "clientes", "fluxo": "clientes-pm", "chave": "12345678000195", "situacao": "estacionado"}
    db.add(SyncItem(**item, motivo="sem_nome", erro=name[:500], criado_em=now, mudado_em=now, due_at=now))
