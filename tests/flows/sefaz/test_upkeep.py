"""What is forgotten of consultations: old calls, and those that brought nothing, but for each numbering's last one."""

from support.consultas import Loja, rows
from support.sefaz import EMPRESA

from flows.certificados import keeping
from flows.sefaz import upkeep, varredura
from storage.models.sefaz import ChamadaSEFAZ, ConsultaSEFAZ

DAY = 86_400


def swept(minha: Loja) -> None:
    now = minha.lugar.clock.now()
    for forget in upkeep.UPKEEP.retention:
        for _ in forget(now):
            pass


def test_empty_consultations_of_long_ago_go_and_what_brought_something_stays(minha: Loja) -> None:
    keeping.automatizar(EMPRESA, "ana")
    minha.consultar()
    minha.consultar("cte")
    minha.passa(DAY)
    minha.receber(1)
    minha.consultar()
    minha.passa(DAY)
    minha.consultar()
    swept(minha)
    assert len(rows(ConsultaSEFAZ)) == 4
    minha.passa(91 * DAY)
    swept(minha)
    # of NF-e the one that brought a note and the last, of CT-e the only one
    assert [one.id for one in rows(ConsultaSEFAZ)] == [2, 3, 4]
    assert rows(ChamadaSEFAZ) == []
    assert len(varredura.devidas(minha.lugar.clock)) == 2
