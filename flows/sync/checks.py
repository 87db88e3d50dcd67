"""What `diagnostico` tells of the sync: whether both systems answer, and what of the settings they do not know."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.checks import FAULT, OK, WARNING, Finding
from core.errors import PlatformError
from core.logs import get_logger
from core.settings.sync import ContaSync, SyncSettings

if TYPE_CHECKING:
    from flows.sync.sides import Sides

CATEGORY, SUBCATEGORY = "categoria_primaria", "categoria_secundaria"
# Fields of a new ticket, and what they are called in the list.
LISTED = {"chamado_mesa": "mesa_trabalho", "chamado_setor": "setor"}
log = get_logger(__name__)


def reachable() -> Iterator[Finding]:
    """Tell of each account whether both systems answer: tags, webhooks, and names that no ticket has."""
    for nome in SyncSettings.current().contas:
        # An installation without the sync does not load how it is done.
        from flows.sync.sides import both

        sistema = f"sync {nome}"
        try:
            with both(nome) as sides:
                problems = list(_problems(sides))
        except PlatformError as fault:
            yield Finding(sistema, FAULT, str(fault), "Confira as seções sync, ploomes e milvus.")
            continue
        for problem in problems:
            yield Finding(sistema, WARNING, problem, "Corrija a seção sync, ou o que falta no outro sistema.")
        if not problems:
            yield Finding(sistema, OK, "Ploomes, Milvus e o livro respondem")


def daily(sides: "Sides") -> list[str]:
    """Return what a run should tell of both systems once a day; that they cannot be asked now is told by the run."""
    try:
        return list(_problems(sides))
    except PlatformError as fault:
        log.info("sync not checked", conta=sides.nome, reason=str(fault))
        return []


def _problems(sides: "Sides") -> Iterator[str]:
    from connectors.milvus import checks as milvus_checks
    from connectors.ploomes import checks as ploomes_checks

    conta = sides.conta
    sides.ploomes.check_key()
    sides.ledger.waiting(None, None, 1)
    for tag in ploomes_checks.missing_tags(sides.ploomes, [tag.id for tag in conta.tags]):
        yield f"a etiqueta {tag} de sync.tags não existe no Ploomes"
    for hook in ploomes_checks.sleeping_hooks(sides.ploomes):
        yield f"o webhook {hook.id} do Ploomes está desligado"
    yield from milvus_checks.unseen(sides.milvus, _named(conta))


def _named(conta: ContaSync) -> list[tuple[str, str]]:
    """Return the names of the service desk that the settings use, each with the list's field."""
    found = [(LISTED[one.target], one.default) for one in conta.mapping if one.target in LISTED and one.default]
    for tag in conta.tags:
        found += [(CATEGORY, tag.category), (SUBCATEGORY, tag.subcategory)]
    return list(dict.fromkeys((campo, valor) for campo, valor in found if valor))


CHECKS = {"sync": reachable}
