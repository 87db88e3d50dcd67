"""The Ploomes double against the contract: what it answers, what it refuses, and its manners."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from core.clock import FixedClock
from sandbox.faults import after, reset, status
from sandbox.ploomes import PloomesServer, empty_page

NOON = datetime(2026, 7, 14, 15, 0, tzinfo=UTC)
KEY = "chave-de-exemplo-1"  # pragma: allowlist secret
CNPJ, CNPJ_BARE = "12.ABC.345/01DE-35", "12ABC34501DE35"  # pragma: allowlist secret


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def server(clock: FixedClock) -> Iterator[PloomesServer]:
    with PloomesServer(KEY, clock) as running:
        yield running


def ask(server: PloomesServer, path: str, method: str = "GET", key: str = KEY, json: Any = None, **query: str) -> Any:
    params = {f"${name}": value for name, value in query.items()}
    return requests.request(method, server.url + path, params=params, headers={"User-Key": key}, json=json, timeout=60)


def ids(server: PloomesServer, path: str, **query: str) -> list[int]:
    return [row["Id"] for row in ask(server, path, **query).json()["value"]]


def test_a_row_comes_in_a_list_also_by_itself_and_leads_elsewhere_only_when_expanded(server: PloomesServer) -> None:
    state = server.add("States", Name="São Paulo", Short="SP")
    city = server.add("Cities", Name="Campinas", StateId=state["Id"])
    tags, phones = [{"TagId": 7}], [{"PhoneNumber": "(19) 3232-1010", "TypeId": 1}]
    row = server.add("Contacts", Name="Padaria", CNPJ=CNPJ, CityId=city["Id"], Tags=tags, Phones=phones)
    plain = ask(server, f"/Contacts({row['Id']})").json()["value"][0]
    assert (plain["CNPJ"], plain["CreateDate"]) == (CNPJ, "2026-07-14T12:00:00-03:00")
    assert not {"Tags", "City", "Phones"} & set(plain)
    expand = "Phones,Tags,City($select=Name;$expand=State($select=Short))"
    full = ask(server, f"/Contacts({row['Id']})", expand=expand).json()["value"][0]
    assert full["City"] == {"Name": "Campinas", "State": {"Short": "SP"}}
    assert full["Tags"] == tags
    assert full["Phones"] == [{"PhoneNumber": "(19) 3232-1010", "TypeId": 1, "CountryId": None}]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("Id gt 1", [1, 2, 3]),
        ("Name eq 'D''Ávila'", [2]),
        ("contains(Name,'vila') or startswith(Name,'Pad')", [1, 2]),
        ("not (TypeId eq 1)", [2, 3]),
        ("TypeId eq 2 and CPF ne null", [2]),
        ("CreateDate ge 2026-07-14T12:00:00-03:00", [1, 2, 3]),
        ("CreateDate gt 2026-07-14T15:00:00Z", []),
        ("(CreateDate ge 2027-01-01T00:00:00Z or LastUpdateDate ge 2026-01-01T00:00:00.5Z)", [3]),
        ("Tags/any(t: t/TagId eq 7)", [1]),
        ("Tags/any(t: t/TagId eq 8 or t/TagId eq 9)", [2]),
        ("Company/Name eq 'Padaria'", [3]),
    ],
)
def test_filters(server: PloomesServer, filter_: str, found: list[int]) -> None:
    first = server.add("Contacts", Name="Padaria", TypeId=1, CNPJ=CNPJ, Tags=[{"TagId": 7}])["Id"]
    server.add("Contacts", Name="D'Ávila", TypeId=2, CPF="11144477735", Tags=[{"TagId": 8}])
    server.touch(server.add("Contacts", Name="Ana", TypeId=2, CompanyId=first))
    wanted = [first + number - 1 for number in found]
    assert ids(server, "/Contacts", filter=filter_, orderby="Id") == wanted
    counted = ask(server, "/Contacts", filter=filter_, count="true", top="0").json()
    assert (counted["@odata.count"], counted["value"]) == (len(wanted), [])


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("/Contacts", {"filter": "CreateDate ge 2026-07-14"}, 400),
        ("/Contacts", {"filter": "CreateDate ge 2026-07-14T12:00:00"}, 400),
        ("/Contacts", {"filter": "CreateDate ge 2026-07-14T12:00:00 00:00"}, 400),  # a "+" that was not encoded
        ("/Contacts", {"filter": "Nome eq 'x'"}, 400),
        ("/Contacts", {"filter": "Name eq"}, 400),
        ("/Contacts", {"filter": "Name eq 'x' Id"}, 400),
        ("/Contacts", {"filter": "(Id gt 1"}, 400),
        ("/Contacts", {"filter": "Name gt 1"}, 400),
        ("/Contacts", {"select": "Nome"}, 400),
        ("/Contacts", {"expand": "Estado"}, 400),
        ("/Contacts", {"expand": "City($select=Name"}, 400),
        ("/Contacts", {"orderby": "Nome"}, 400),
        ("/Contacts", {"top": "x"}, 400),
        ("/Contacts", {"count": "1"}, 400),
        ("/Contacts", {"search": "x"}, 400),
        ("/Contatos", {}, 404),
        ("/Contacts(999)", {}, 404),
        ("/Contacts/1", {}, 404),
    ],
)
def test_what_is_wrong_with_a_query(server: PloomesServer, path: str, query: dict[str, str], code: int) -> None:
    server.add("Contacts", Name="Padaria")
    answer = ask(server, path, **query)
    assert answer.status_code == code
    assert answer.json()["error"]["message"]
    assert server.refused


def test_who_may_ask(server: PloomesServer) -> None:
    assert ask(server, "/Account", key="outra", top="1", select="Id").status_code == 401
    assert ask(server, "/Account", top="1", select="Id").json()["value"][0]["Id"] > 0
    odd = requests.get(f"{server.url}/Account", headers={"User-Key": KEY, "X-Estranho": "1"}, timeout=60)
    assert odd.status_code == 400
    assert ask(server, "/Contacts", "PUT", json={"Name": "x"}).status_code == 405
    assert ask(server, "/Tags", "POST", json={"Name": "x"}).status_code == 405


def test_a_contact_is_made_and_changed(server: PloomesServer, clock: FixedClock) -> None:
    made = ask(server, "/Contacts", "POST", json={"Name": "Padaria", "Register": CNPJ, "TypeId": 1}).json()["value"][0]
    assert (made["CNPJ"], made["CPF"]) == (CNPJ, None)
    clock.advance(60)
    changed = ask(server, f"/Contacts({made['Id']})", "PATCH", json={"Note": "nova"}).json()["value"][0]
    assert (changed["Note"], changed["LastUpdateDate"]) == ("nova", "2026-07-14T12:01:00-03:00")
    assert ask(server, "/Contacts(1)", "PATCH", json={"Note": "nova"}).status_code == 404
    server.quirks.no_doubles = True
    assert ask(server, "/Contacts", "POST", json={"Name": "Outra", "Register": CNPJ_BARE}).status_code == 400
    assert len(server.rows["Contacts"]) == 1


@pytest.mark.parametrize(
    "body", [{}, [], {"Nome": "x"}, {"Name": ""}, {"Id": 1, "Name": "x"}, {"Name": "x", "Note": "{fieldKey}"}]
)
def test_what_makes_no_contact(server: PloomesServer, body: Any) -> None:
    assert ask(server, "/Contacts", "POST", json=body).status_code == 400
    assert server.rows["Contacts"] == {}


def test_a_page_is_cut_without_a_word(server: PloomesServer) -> None:
    for number in range(310):
        server.add("Contacts", Name=f"Cliente {number}")
    whole = ask(server, "/Contacts", top="1000", count="true", orderby="Id").json()
    assert (len(whole["value"]), whole["@odata.count"]) == (300, 310)
    last = whole["value"][-1]["Id"]
    assert len(ids(server, "/Contacts", filter=f"Id gt {last}", orderby="Id")) == 10
    server.quirks.short_page, server.quirks.counts = 4, False
    short = ask(server, "/Contacts", top="300", count="true").json()
    assert (len(short["value"]), "@odata.count" in short) == (4, False)


def test_lists_show_a_new_row_late_and_its_own_address_at_once(server: PloomesServer, clock: FixedClock) -> None:
    row = server.add("Tasks", Title="Instalar", visible_in=900)
    assert ids(server, "/Tasks") == []
    assert ask(server, f"/Tasks({row['Id']})").status_code == 200
    clock.advance(900)
    assert ids(server, "/Tasks") == [row["Id"]]


def test_other_manners(server: PloomesServer) -> None:
    rows = [server.add("Tasks", Title="x", Tags=[{"TagId": 1}])["Id"] for _ in range(3)]
    server.quirks.orders = server.quirks.filters_tags = False
    server.quirks.next_links = True
    answer = ask(server, "/Tasks", orderby="Id", top="2").json()
    assert [row["Id"] for row in answer["value"]] == rows[:0:-1]
    assert answer["@odata.nextLink"].startswith(server.url)
    assert ask(server, "/Tasks", filter="Tags/any(t: t/TagId eq 1)").status_code == 400
    server.quirks.filters = False
    assert len(ids(server, "/Tasks", filter="Id gt 99999")) == 3


def test_the_clock_and_the_limit_are_the_server_s(server: PloomesServer, clock: FixedClock) -> None:
    server.throttle.per_minute = 2
    assert ask(server, "/Tasks").headers["Date"] == "Tue, 14 Jul 2026 15:00:00 GMT"
    clock.advance(20)
    assert [ask(server, "/Tasks").status_code for _ in range(2)] == [200, 429]
    assert ask(server, "/Tasks").headers["Retry-After"] == "40.000"
    server.throttle.tells = False
    assert "Retry-After" not in ask(server, "/Tasks").headers
    clock.advance(40)
    assert ask(server, "/Tasks").status_code == 200
    assert (server.throttle.refused, server.requests["GET Tasks"]) == (3, 3)


def test_faults_come_before_or_after_the_work(server: PloomesServer) -> None:
    server.faults.queue(status(500), after(status(504)), after(reset()), key="POST Contacts")
    codes = [ask(server, "/Contacts", "POST", json={"Name": "x"}).status_code for _ in range(2)]
    with pytest.raises(requests.ConnectionError):
        ask(server, "/Contacts", "POST", json={"Name": "x"})
    assert (codes, len(server.rows["Contacts"])) == ([500, 504], 2)
    server.faults.queue(empty_page(), key="Contacts")
    assert [len(ids(server, "/Contacts")) for _ in range(2)] == [0, 2]


def test_webhooks_are_listed_and_revived(server: PloomesServer) -> None:
    hook = server.add(
        "Webhooks", EntityId=12, ActionId=1, CallbackUrl="https://x", ValidationKey="segredo-do-gancho", Active=0
    )
    listed = ask(server, "/Webhooks", select="Id,EntityId,ActionId,CallbackUrl,Active").json()["value"]
    assert listed == [{"Id": hook["Id"], "EntityId": 12, "ActionId": 1, "CallbackUrl": "https://x", "Active": 0}]
    assert ask(server, f"/Webhooks({hook['Id']})", "PATCH", json={"Active": 1}).status_code == 200
    assert hook["Active"] == 1


def test_the_state_shows_amounts_only(server: PloomesServer) -> None:
    server.add("Contacts", Name="Padaria", CNPJ=CNPJ)
    state = requests.get(f"{server.url}/_sandbox/estado", timeout=60).json()
    assert state == {"contatos": 1, "tarefas": 0, "interacoes": 0, "pedidos": 0, "recusadas": 0}
    assert timedelta(hours=-3) == datetime.fromisoformat(server.rows["Contacts"][1002]["CreateDate"]).utcoffset()
