"""Where a numbering begins, said by a person: the company comes from another system, which knows its last NSU.

docs/reference/contracts/sefaz.md §3.2.
"""

from dataclasses import dataclass

from claims.holder import new_token
from connectors.sefaz import servico
from core.clock import SYSTEM, Clock
from core.errors import Conflict, UsageError
from core.fiscal import formatar_documento
from core.settings.sefaz import SefazSettings
from flows.documentos.owners import Dono
from flows.sefaz.pedidos import MOST_NSU
from flows.sefaz.rows import CONTRIBUINTES, Solto
from flows.sefaz.series import contribuinte, serie
from storage.session import transaction

SECONDS = 30.0


@dataclass(frozen=True)
class Inicio:
    """A numbering that was put elsewhere: the last NSU before and now, and the greatest SEFAZ told (0: none)."""

    empresa: str
    servico: str
    antes: int
    ult_nsu: int
    maior: int = 0


def iniciar(dono: Dono, nome: str, nsu: int, clock: Clock = SYSTEM, *, voltar: bool = False) -> Inicio:
    """Have a company asked from the number after `nsu` on; back only with `voltar`.

    Raises:
        UsageError: there is no such number or service.
        Conflict: it would go back without saying so, or somebody is asking for this CNPJ.
    """
    asked, now = servico(nome), clock.now()
    if not 0 <= nsu <= MOST_NSU:
        raise UsageError("O NSU tem até 15 algarismos.", campo="nsu")
    if dono.empresa_id is None or dono.cnpj is None:
        raise UsageError("Diga o CNPJ da empresa.", campo="empresa")
    named = formatar_documento(dono.cnpj)
    with transaction() as db:
        number = contribuinte(db, dono.empresa_id, dono.cnpj, SefazSettings.current().ambiente, now)
        mine, token = CONTRIBUINTES.on(db, CONTRIBUINTES.table.c.id == number, early=True), new_token()
        if not mine.claim(1, now, SECONDS, token):
            raise Conflict(f"{named} está em consulta agora; tente de novo quando ela acabar.")
        found = serie(db, number, asked.nome)
        before = found.ult_nsu
        if nsu < before and not voltar:
            raise Conflict(
                f"A numeração de {named} já está em {before}; voltar a {nsu} pede de novo o que já veio, e a SEFAZ "
                "pode recusar por uma hora. Se é isso mesmo, diga que é para voltar.",
                campo="voltar",
            )
        found.ult_nsu, greatest = nsu, found.max_nsu
        db.flush()
        mine.settle(token, [Solto(number, now)])
    return Inicio(named, asked.nome, before, nsu, greatest)
