"""What became of each file, for whom."""

from datetime import timedelta
from typing import Any

import pytest
from support import acervo
from support.acervo import NOW

from core.caller import Caller
from core.errors import NotFound, UsageError
from flows.documentos.listagem import Pagina
from flows.documentos.views import logs
from flows.documentos.views.dashboard import dashboard
from storage.models.empresas import dono
from storage.models.importacoes import ImportLog
from storage.session import transaction


def log(nome: str, de: int | None = None, **said: Any) -> int:
    usual = {"status": "sucesso", "tipo_documento": "NFe", "data_importacao": NOW, "due_at": NOW}
    with transaction() as db:
        made = ImportLog(dono=dono(de), usuario_id=de, arquivo_nome=nome, **(usual | said))
        db.add(made)
        db.flush()
        return made.id


def test_logs_are_told_newest_first_to_their_owner(banco: str) -> None:
    ana, bia = acervo.usuario("ana"), acervo.usuario("bia")
    old = log("velha.xml", ana, data_importacao=NOW - timedelta(days=1))
    new = log("nova.zip", ana, parte=2, status="erro", tipo_documento="", mensagem="Não é um XML.")
    log("dela.xml", bia)
    found = logs.listar(caller=Caller(ana))
    assert [one.arquivo_nome for one in found] == ["nova.zip#2", "velha.xml"]
    assert (found.itens[0].mensagem, found.itens[0].usuario_nome, found.count) == ("Não é um XML.", "ana", 2)
    assert found.itens[0].data_importacao.utcoffset() == timedelta(hours=-3)
    assert logs.listar().count == 3
    assert logs.mostrar(new, Caller(ana)) == found.itens[0]
    for number in (new, old, -1, 2**70):
        with pytest.raises(NotFound):
            logs.mostrar(number, Caller(bia))


def test_logs_are_chosen_by_kind_and_status(banco: str) -> None:
    log("a.xml")
    log("b.xml", tipo_documento="CTe", data_importacao=NOW + timedelta(hours=1))
    log("c.xml", status="erro", tipo_documento="")
    assert [one.arquivo_nome for one in logs.listar(tipo="CTe")] == ["b.xml"]
    assert [one.arquivo_nome for one in logs.listar(status="erro")] == ["c.xml"]
    assert [one.arquivo_nome for one in logs.listar(pagina=Pagina(ordering="data_importacao"))][-1] == "b.xml"


@pytest.mark.parametrize(
    ("asked", "campo"),
    [({"tipo": "nota"}, "tipo"), ({"status": "bom"}, "status"), ({"pagina": Pagina(ordering="id")}, "ordering")],
)
def test_what_cannot_be_asked_for_is_told_with_its_field(sqlite: str, asked: dict[str, Any], campo: str) -> None:
    with pytest.raises(UsageError) as caught:
        logs.listar(**asked)
    assert caught.value.campo == campo


def test_the_dashboard_shows_ten(banco: str) -> None:
    ana = acervo.usuario("ana")
    for number in range(12):
        log(f"{number}.xml", ana, data_importacao=NOW + timedelta(minutes=number))
    shown = dashboard(Caller(ana)).ultimos_logs
    assert [one.arquivo_nome for one in shown] == [f"{number}.xml" for number in range(11, 1, -1)]
