"""Documents in the admin, found as over the API, and changed by nobody."""

from support.api import importing
from support.visiting import Visitor, listed

from flows.usuarios import managing
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.notas import nota


def test_documents_are_found_as_over_the_api(staff: Visitor) -> None:
    managing.criar("ana")
    notes = [nota(number) for number in range(1, 4)]
    importing("ana", *(one.xml for one in notes), conhecimento(1).xml)
    assert [listed(staff, table) for table in ("nfe", "nfeitem", "cte")] == [3, 3, 1]
    key = notes[0].chave
    grouped = " ".join(key[at : at + 4] for at in range(0, 44, 4))
    assert [listed(staff, "nfe", f"search={term}") for term in (key, grouped, "zzqq")] == [1, 1, 0]
    assert [listed(staff, "nfe", f"{one}=2020-01-01") for one in ("data_de", "data_ate")] == [3, 0]
    assert listed(staff, "nfe", "situacao=cancelada") == 0
    assert listed(staff, "nfe", "status_nfe=100") == 3
    assert listed(staff, "nfeitem", f"chave={key}") == 1
    for table, query in (
        ("nfe", "emit_uf=XX"),
        ("nfe", "situacao=nada"),
        ("nfe", "data_de=hoje"),
        ("cte", "emit_uf=X"),
    ):
        assert staff.get(f"/admin/{table}/list?{query}").status_code == 400
    shown = staff.get("/admin/nfe/details/1").text
    assert key in shown
    for path in ("nfe/create", "nfe/edit/1", "cte/edit/1", "apirequestlog/create", "auditoria/edit/1"):
        assert staff.get(f"/admin/{path}").status_code == 404
        assert staff.send(f"/admin/{path}", numero_nf="2").status_code == 404
