"""What is forgotten of consultations: old calls, and those that brought nothing, but for each numbering's last one."""

from support.consultas import Loja, rows
from support.sefaz import EMPRESA

from flows.certificados import keeping
from flows.sefaz import upkeep, varredura
from storage.models.sefaz import ChamadaSEFAZ, ConsultaSEFAZ
from storage.session import reading

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


def test_numberings_are_counted_by_what_may_be_done_with_them(minha: Loja) -> None:
    minha.consultar()
    assert counted(minha) == {"livre": 0, "falhando": 0, "descansando": 1, "bloqueada": 0}
    minha.passa(3780)
    assert counted(minha)["livre"] == 1
    minha.server.serie(EMPRESA).forcados.append("656")
    minha.consultar()
    assert counted(minha)["bloqueada"] == 1
    minha.passa(3780)
    minha.server.serie(EMPRESA).forcados.append("999")
    minha.consultar()
    assert counted(minha)["falhando"] == 1


def counted(minha: Loja) -> dict[str, float]:
    with reading() as db:
        (family,) = upkeep.numberings(db, minha.lugar.clock.now())
        return {sample.labels["situacao"]: sample.value for sample in family.samples}
