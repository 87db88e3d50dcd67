"""Lists and files of the admin: bounded, by key, and harmless to whoever opens them."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from support.statements import statements
from support.visiting import Visitor, visitor

from api.admin import table
from api.admin.views.pedidos import Pedidos
from core.clock import SYSTEM
from storage.models.pedidos import PedidoAPI
from storage.session import transaction

FORMULA = '=HYPERLINK("http://outro.example";1)'


def requests_of(amount: int, path: str = "/api/nfe/") -> None:
    now = SYSTEM.now()
    with transaction() as db:
        for number in range(amount):
            when = now - timedelta(minutes=number // 2)
            db.add(PedidoAPI(timestamp=when, user="ana", method="GET", path=path, status_code=200, response_time=0.01))


def asked(said: list[str]) -> list[str]:
    return [one for one in said if one.startswith("SELECT")]


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_a_list_goes_on_by_key_and_each_row_comes_once(url: str) -> None:
    staff = visitor(url, staff=True)
    requests_of(45)
    seen: list[str] = []
    address = "/admin/apirequestlog/list?ordering=-timestamp&search=nfe"
    for _ in range(3):
        page = staff.get(address).text
        seen += [part.partition('"')[0] for part in page.split('href="/admin/apirequestlog/details/')[1:]]
        rest = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        address = f"/admin/apirequestlog/list{rest}"
    assert rest == ""
    assert (len(seen), len(set(seen))) == (45, 45)


def test_a_page_costs_as_many_statements_as_any_other(url: str) -> None:
    requests_of(60)
    view = Pedidos()
    with statements() as few:
        view.pagina({"limit": "20"})
    with statements() as many:
        view.pagina({"limit": "60"})
    assert len(asked(few)) == len(asked(many)) == 2, few
    assert not [one for one in few if "request_body" in one], "what a list does not show is not read"


def test_a_file_has_all_rows_and_keeps_none(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "CSV_ROWS", 10)
    requests_of(25)
    with statements() as said:
        parts = list(Pedidos().csv({"ordering": "-timestamp"}))
    assert len(parts) == 4, "a head, and a part for each ten rows"
    found = rows("".join(parts))
    assert (len(found), len({row[0] for row in found[1:]})) == (26, 25)
    assert len(asked(said)) == 3
    assert all("LIMIT " in one for one in asked(said))


def test_a_cell_is_no_formula_and_who_takes_rows_is_noted(url: str) -> None:
    staff = visitor(url, "chefe", staff=True)
    requests_of(1, FORMULA)
    answer = staff.send("/admin/apirequestlog/export?search=outro.example")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="apirequestlog.csv"'
    (_, row) = rows(answer.content.decode())
    assert row[4] == f"'{FORMULA}"
    assert "outro.example" in staff.get("/admin/auditoria/details/1").text


def test_a_page_shows_text_as_text(staff: Visitor) -> None:
    requests_of(1, "/<script>alert(1)</script>")
    for path in ("list", "details/1", "list?search=%3Cscript%3E"):
        assert "<script" not in staff.get(f"/admin/apirequestlog/{path}").text
