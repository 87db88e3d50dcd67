"""`esteira agenda`, as it is typed."""

import json

from conftest import Configure
from support.typed import Run

from beat_schedule import jobs, schedule


def test_all_that_runs_by_itself_has_a_line(run: Run) -> None:
    code, out, said = run("agenda --json")
    assert (code, said) == (0, "")
    assert {one["nome"] for one in json.loads(out)} == {*schedule(), *(job.nome for job in jobs())}
    assert {one["situacao"] for one in json.loads(out)} == {"nunca rodou"}


def test_people_see_when_each_runs(run: Run) -> None:
    out = run("agenda")[1]
    assert "todo dia às 02:00" in out
    assert "a cada 30 minutos" in out


def test_what_is_off_is_said(run: Run, configure: Configure, sqlite: str) -> None:
    configure(core__database_url=sqlite, agenda__limpeza_logs="")
    (line,) = (one for one in json.loads(run("agenda --json")[1]) if one["nome"] == "limpeza_logs")
    assert (line["situacao"], line["quando"], line["proxima"]) == ("desligada", "nunca", None)
