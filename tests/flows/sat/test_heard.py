"""How boxes stand that agents read: by their last reading, and the alerts that are open since."""

from pathlib import Path

import pytest
from support.numeracao import add, after

from alerts.sat import FONTE
from core.settings.sat import BoxSettings
from flows.sat.heard import NEVER, standing
from flows.sat.outcome import INALCANCAVEL, OK, RECUSADO, Verificacao
from storage.models.alertas import Alerta
from storage.models.sat import Caixa


def agent(nome: str) -> BoxSettings:
    return BoxSettings(name=nome, kind="agente", usuario="ana")


def box(nome: str, resultado: str | None, erro: str | None = None) -> Caixa:
    return Caixa(nome=nome, sessao=1, due_at=after(0), resultado=resultado, erro=erro)


def alert(nome: str, codigo: str, *, fonte: str = FONTE, over: bool = False) -> Alerta:
    return Alerta(
        fonte=fonte,
        objeto=nome,
        codigo=codigo,
        severidade="critico",
        mensagem=f"{codigo} em {nome}",
        aberto_em=after(0),
        visto_em=after(0),
        resolvido_em=after(1) if over else None,
    )


def test_no_box_asks_no_database(tmp_path: Path) -> None:
    """The first question makes the file of a new one."""
    assert standing([]) == {}
    assert not (tmp_path / "dados").exists()


@pytest.mark.parametrize("known", [False, True], ids=["no row yet", "a row without a reading"])
def test_one_that_never_sent_a_reading_is_not_reached(sqlite: str, known: bool) -> None:
    if known:
        add(box("usb-1", None))
    assert standing([agent("usb-1")]) == {"usb-1": Verificacao("usb-1", INALCANCAVEL, NEVER)}


def test_each_stands_as_its_last_reading_with_its_own_open_alerts_in_their_order(sqlite: str) -> None:
    add(box("usb-1", OK), box("usb-2", RECUSADO, "recusou"), box("usb-3", OK))
    add(alert("usb-1", "rede"), alert("usb-1", "bateria"), alert("usb-2", "relogio"))
    add(alert("usb-1", "memoria", over=True), alert("usb-1", "parado", fonte="questor"), alert("usb-3", "serie"))
    found = standing([agent("usb-2"), agent("usb-1")])
    assert list(found) == ["usb-2", "usb-1"]
    assert (found["usb-1"].resultado, found["usb-1"].erro) == (OK, None)
    assert (found["usb-2"].resultado, found["usb-2"].erro) == (RECUSADO, "recusou")
    assert [(one.codigo, one.mensagem) for one in found["usb-1"].ativos] == [
        ("rede", "rede em usb-1"),
        ("bateria", "bateria em usb-1"),
    ]
    assert [(one.codigo, one.severidade) for one in found["usb-2"].ativos] == [("relogio", "critico")]
