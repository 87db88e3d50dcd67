"""The conditions of one status answer: registered, loaded, judged each alone.

One that fails is reported as failed and hides no other.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from satcfe import alertas as satcfe_alertas

from alerts import sat
from alerts.judgement import WARNING
from alerts.sat.shape import AlertaOperacao, Avaliacao, Contexto
from core.logs import get_logger
from core.text import redact

UNREADABLE = "o equipamento não informa mais o que se olha aqui, ou não se entende; o alerta continua aberto"
CODE_LIMIT, SEVERITY_LIMIT, REASON_LIMIT = 100, 20, 300
# Judged here by our own, which count and compare rightly; satcfe's never run beside them.
_REPLACED = frozenset(
    {
        satcfe_alertas.AlertaCFePendentes,
        satcfe_alertas.AlertaVencimentoCertificado,
        satcfe_alertas.AlertaDivergenciaHorarios,
    }
)
_registered: list[type[Any]] = []
log = get_logger(__name__)
Kind = TypeVar("Kind", bound=type[Any])


class Cliente(Protocol):
    """What can be asked for a status: satcfe's clients, or ours."""

    def consultar_status_operacional(self) -> Any: ...


def registrar(classe: Kind) -> Kind:
    """Add a condition, once; usable as a decorator."""
    if classe not in _registered:
        _registered.append(classe)
    return classe


@lru_cache(maxsize=1)
def load() -> None:
    """Register the conditions of this room, by walking it; their order is the room's, whoever imported one before."""
    room = [module.name for module in pkgutil.iter_modules(sat.__path__, f"{sat.__name__}.")]
    for name in room:
        importlib.import_module(name)
    # not sorted where it stands: for that while another thread would find it empty, and judge by nothing
    _registered[:] = sorted(
        _registered, key=lambda one: room.index(one.__module__) if one.__module__ in room else len(room)
    )


def registrados() -> Sequence[type[Any]]:
    """Return the conditions of this registry, then the guests of satcfe's own."""
    # Here, because guests import this module to register themselves.
    from alerts.sat import guests

    load()
    guests.load()
    return _lineup(tuple(_registered), tuple(satcfe_alertas.AlertaOperacao.alertas_registrados))


@lru_cache(maxsize=8)
def _lineup(ours: tuple[type[Any], ...], theirs: tuple[type[Any], ...]) -> tuple[type[Any], ...]:
    return tuple(one for one in dict.fromkeys((*ours, *theirs)) if one not in _REPLACED)


def checar(cliente_sat: Cliente, contexto: Contexto | None = None) -> list[Any]:
    """Query the status once and return the active alerts."""
    judged = avaliar(cliente_sat.consultar_status_operacional(), contexto or Contexto())
    return [one.alerta for one in judged if one.ativo]


def avaliar(resposta: Any, contexto: Contexto | None = None) -> list[Avaliacao]:
    """Judge every condition on one answer.

    Of conditions with one code, an inactive one says nothing beside an active one: they would open and close in turns.
    """
    given = contexto or Contexto()
    judged = [_judge(classe, resposta, given) for classe in registrados()]
    loud = {one.codigo for one in judged if one.ativo or one.erro}
    return [one for one in judged if one.ativo or one.erro or one.codigo not in loud]


def _judge(classe: Any, resposta: Any, contexto: Contexto) -> Avaliacao:
    codigo = _code(classe)
    try:
        alerta = classe(resposta)
        if isinstance(alerta, AlertaOperacao):
            alerta.contexto = contexto
        ativo = bool(alerta.checar())
        mensagem = _clean(str(alerta.mensagem())) if ativo else ""
        severidade = _word(alerta, "severidade", SEVERITY_LIMIT) or WARNING
        valores = _figures(alerta)
        ended = not ativo and codigo in contexto.abertos
        unknown = UNREADABLE if ended and not _readable(alerta) else None
        well = _well(alerta) if ended and not unknown else ""
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a guest's code: it may fail in any way, alone
        reason = _reason(error)
        log.warning("alert could not be judged", codigo=codigo, reason=reason)
        return Avaliacao(codigo, WARNING, False, "", {}, reason)
    return Avaliacao(codigo, severidade, ativo, mensagem, valores, unknown, alerta, well)


def _readable(alerta: Any) -> bool:
    """Tell whether a condition could look; satcfe's own shape does not say."""
    return not isinstance(alerta, AlertaOperacao) or bool(alerta.legivel())


def _well(alerta: Any) -> str:
    """Return what a condition that was open says of its end; satcfe's own shape has no word for it."""
    if not isinstance(alerta, AlertaOperacao):
        return ""
    try:
        return _clean(str(alerta.resolvido()))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a guest's code, as in _judge; its alert is over all the same
        log.warning("end of an alert has no words", codigo=type(alerta).__name__, reason=_reason(error))
        return ""


@lru_cache(maxsize=1024)
def _code(classe: Any) -> str:
    """Return the code of a class: its own, else its name."""
    try:
        own = _word(classe, "codigo", CODE_LIMIT)
    except (Exception, SystemExit):  # noqa: BLE001 - a guest's code, as in _judge
        own = ""
    return own or _word(classe, "__name__", CODE_LIMIT)


def _word(thing: Any, name: str, limit: int) -> str:
    """Return a guest's attribute where it means what ours does: a short text."""
    found = getattr(thing, name, None)
    return _short(found, limit) if isinstance(found, str) else ""


@lru_cache(maxsize=1024)
def _short(text: str, limit: int) -> str:
    return _clean(text).strip()[:limit]


def _figures(alerta: Any) -> dict[str, Any]:
    found = getattr(alerta, "valores", None)
    # ours first: asking whether a dict is a mapping takes as long as judging
    if type(found) is dict or isinstance(found, Mapping):
        return {str(name): value for name, value in found.items()}
    return {}


def _reason(error: BaseException) -> str:
    try:
        said = f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - the guest's own exception class may fail too
        said = type(error).__name__
    return redact(_clean(said))[:REASON_LIMIT]


def _clean(text: str) -> str:
    """Replace what no database can hold."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
