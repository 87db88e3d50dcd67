"""Look at every configured system and say what to fix."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import redis

from alerts.sat.guests import load as load_guests
from core.broker_address import broker_address
from core.celery_app import current
from core.errors import PlatformError
from core.redis_address import certificate_refused, client
from core.settings.core import CoreSettings
from core.settings.questor import ContaQuestor, QuestorSettings
from core.settings.sat import BoxSettings, SatSettings
from core.text import os_fault, redact
from events.delivery.kind import kinds
from storage import crypto, migrate
from storage.models import Destino
from storage.session import engine, reading

OK, WARNING, FAULT = "ok", "aviso", "erro"
PATIENCE_SECONDS = 3.0
NO_AUTHORITY = "Diga em core.redis_ca o arquivo da autoridade que o assina."
QUESTOR_SECONDS = 90.0


@dataclass(frozen=True)
class Finding:
    """One system: how it is, and what to do about it."""

    sistema: str
    situacao: str
    detalhe: str
    correcao: str = ""


def examine() -> list[Finding]:
    """Return the findings, in the order in which to fix them."""
    found: list[Finding] = []
    for check in (_data_folder, _database, _keys, _broker, _boxes, _guests, _questor, _destinations):
        found += _guarded(check)
    return found


def _guarded(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """A check that fails is itself a finding."""
    try:
        return list(check())
    except PlatformError as error:
        return [Finding(check.__name__.strip("_"), FAULT, str(error))]


def _data_folder() -> Iterator[Finding]:
    folder = CoreSettings.current().data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".diagnostico"
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield Finding("pasta de dados", FAULT, f"{folder}: {os_fault(error)}", "Corrija core.data_dir ou a permissão.")
        return
    yield Finding("pasta de dados", OK, str(folder.resolve()))


def _database() -> Iterator[Finding]:
    try:
        kind = engine().dialect.name
    except PlatformError as error:
        yield Finding("banco de dados", FAULT, str(error), "Confira core.database_url.")
        return
    yield Finding("banco de dados", OK, f"{kind}, versão {migrate.HEAD}")


def _keys() -> Iterator[Finding]:
    where = "core.keys" if CoreSettings.current().keys else str(crypto.key_path())
    crypto.ring()
    yield Finding("chaves", OK, f"{len(crypto.stored_keys())} em {where}")


def _broker() -> Iterator[Finding]:
    try:
        address = broker_address()
    except ValueError as mistake:
        yield Finding("broker", FAULT, str(mistake), "Corrija core.redis_url: redis://servidor:6379/0 ou rediss://.")
        return
    if address is None:
        advice = "Os comandos funcionam sem ele; para os workers, rode `esteira subir` ou defina core.redis_url."
        yield Finding("broker", WARNING, "nenhum configurado nem iniciado", advice)
        return
    try:
        with client(address, PATIENCE_SECONDS) as asked:
            asked.ping()
    except (redis.RedisError, ValueError, OSError) as error:
        if certificate_refused(error):
            yield Finding("broker", FAULT, "o certificado do Redis não é de uma autoridade conhecida", NO_AUTHORITY)
        else:
            yield Finding("broker", FAULT, redact(str(error))[:200], "Confira core.redis_url, ou rode `esteira subir`.")
        return
    yield Finding("broker", OK, redact(address.url))
    yield from _workers()


def _workers() -> Iterator[Finding]:
    names = sorted(current().control.inspect(timeout=1.0).ping() or {})
    if names:
        yield Finding("workers", OK, ", ".join(names))
    else:
        yield Finding("workers", WARNING, "nenhum respondeu", "Rode `esteira subir`.")


def _boxes() -> Iterator[Finding]:
    for box in SatSettings.current().boxes:
        fault = _box_fault(box)
        yield Finding(f"caixa {box.name}", FAULT if fault else OK, fault or "acessível", fault and "Veja sat.boxes.")


def _box_fault(box: BoxSettings) -> str:
    """Return why a box cannot be reached; the box itself is asked nothing."""
    if box.kind == "local":
        return "" if box.library and box.library.is_file() else f"a biblioteca {box.library} não existe"
    return _connection_fault(box.host or "", box.port)


def _connection_fault(host: str, port: int) -> str:
    """Return why a connection is not accepted; nothing is sent."""
    try:
        with socket.create_connection((host, port), timeout=PATIENCE_SECONDS):
            return ""
    except (OSError, UnicodeError) as error:
        reason = os_fault(error) if isinstance(error, OSError) else "nome inválido"
        return f"{host}:{port} não aceita conexão ({reason or 'tempo esgotado'})"


def _guests() -> Iterator[Finding]:
    for said in load_guests():
        yield Finding("alertas próprios", FAULT, said, "Confira sat.alert_modules ou reinstale o pacote.")


def _questor() -> Iterator[Finding]:
    for nome, conta in QuestorSettings.current().contas.items():
        address = urlsplit(conta.base_url)
        port = address.port or {"http": 80, "https": 443}[address.scheme]
        if fault := _connection_fault(address.hostname or "", port):
            yield Finding(f"questor {nome}", FAULT, fault, "Confira questor.office ou questor.base_url.")
            continue
        # no published call proves the key without reading somebody's documents
        advice = _questor_advice(conta, address.scheme)
        shown = f"{conta.base_url} aceita conexão; a chave de acesso só é provada no primeiro envio"
        yield Finding(f"questor {nome}", WARNING if advice else OK, shown, advice)


def _questor_advice(conta: ContaQuestor, scheme: str) -> str:
    advice = (
        (scheme == "http", "A chave de acesso viaja às claras: use https em questor.base_url."),
        (conta.total_timeout < QUESTOR_SECONDS, "questor.total_timeout abaixo de 90 s deixa envios sem resposta."),
        (not conta.agreed_with_vendor, "Combine a carga com o fornecedor e anote em questor.agreed_with_vendor."),
    )
    return " ".join(text for wrong, text in advice if wrong)


def _destinations() -> Iterator[Finding]:
    with reading() as db:
        destinos = db.query(Destino).order_by(Destino.id).all()
    for destino in destinos:
        name = f"destino {destino.nome}"
        if destino.desligado_em:
            advice = f"Corrija o destino e rode `esteira destinos retomar {destino.id}`."
            yield Finding(name, WARNING, f"desligado: {destino.desligado_motivo}", advice)
        elif kinds()[destino.tipo].blocked(destino):
            advice = "Veja deliveries.allow_networks, allow_http e allow_ports."
            yield Finding(name, FAULT, "as regras de entrega não permitem este endereço", advice)
        else:
            yield Finding(name, OK, destino.url)
