"""The flows as they are typed, asked for by a message, looked after and checked."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from support.typed import Run, typing_in

import beat_schedule
from claims.holder import new_token
from core.settings.sync import FLOWS
from flows.sync import checks, standing, upkeep
from flows.sync.ledger.item import CLIENTES, New
from flows.sync.run import run_due
from sandbox.faults import status
from storage.session import reading
from tasks import sync as doors
from tests.flows.sync.conftest import KEY, Configure, World


@pytest.fixture
def livro() -> str:
    """Where the ledger stands makes no difference to what is typed."""
    return ""


@pytest.fixture
def run(world: World, capsys: pytest.CaptureFixture[str]) -> Run:
    """Type a command; get its exit code, stdout and stderr."""
    return typing_in(capsys)


def test_all_flows_are_run_and_shown(world: World, run: Run) -> None:
    contact = world.contact()
    world.task(contact)
    code, out, _ = run("sync rodar --simular --desde 2026-07-01")
    assert code == 0
    assert "criaria o cliente" in out
    assert world.milvus.clientes == []
    code, out, _ = run("sync rodar --json --desde 2026-07-01")
    assert code == 0
    assert {one["fluxo"]: one["criados"] for one in json.loads(out)} == dict(zip(FLOWS, (1, 0, 1, 0), strict=True))
    code, out, _ = run("sync estado --json")
    assert [(one["fluxo"], one["estado"]) for one in json.loads(out)] == [(fluxo, "bem") for fluxo in FLOWS]
    assert "1 enviado" in run("sync estado")[1]


def test_the_report_tells_the_cursor_and_the_waits(world: World, run: Run) -> None:
    world.contact()
    world.milvus.faults.queue(status(429, headers={"Retry-After": "0"}), key="GET cliente/busca")
    code, out, _ = run("sync rodar clientes-pm")
    assert code == 0
    assert "(1 espera)" in out
    assert "cursor: nenhum → 2026-07-14T" in out
    assert "cursor" not in run("sync rodar clientes-pm")[1]


def test_what_is_refused_ends_with_its_code_and_is_dealt_with_by_number(world: World, run: Run) -> None:
    world.contact()
    world.milvus.faults.queue(status(422), key="POST cliente/criar")
    assert run("sync rodar clientes-pm --desde 2026-07-01")[0] == 5
    code, out, _ = run("sync pendencias listar --json")
    (row,) = json.loads(out)
    assert (code, row["motivo"]) == (0, "recusado")
    assert "recusado" in run("sync pendencias listar clientes-pm")[1]
    assert run(f"sync pendencias repetir {row['id']}")[0] == 0
    assert run("sync rodar clientes-pm")[0] == 0
    assert len(world.milvus.clientes) == 1
    assert run("sync pendencias descartar 99")[0] == 2
    assert run("sync pendencias repetir")[0] == 2


@pytest.mark.parametrize(("fault", "code"), [(401, 4), (503, 3)])
def test_a_run_that_could_not_be_made_says_why(world: World, run: Run, fault: int, code: int) -> None:
    world.contact()
    world.ploomes.faults.always(status(fault))
    found = run("sync rodar clientes-pm")
    assert found[0] == code
    assert "Ploomes padrao" in found[2]


def test_the_cursor_is_shown_and_put_elsewhere(run: Run) -> None:
    assert "ainda não leu" in run("sync cursor mostrar tarefas")[1]
    assert run("sync cursor definir tarefas 2026-07-02T10:00:00-03:00")[0] == 0
    assert "2026-07-02T10:00:00-03:00" in run("sync cursor mostrar tarefas")[1]
    assert run("sync cursor definir chamados 2026-07-02")[0] == 2


def test_both_sides_are_compared_rebuilt_and_forgotten(world: World, run: Run) -> None:
    contact = world.contact()
    assert run("sync conciliar")[0] == 1
    run("sync rodar clientes-pm --desde 2026-07-01")
    assert run("sync conciliar")[0] == 0
    assert "0 clientes" in run("sync reconstruir")[2]
    assert "dados de 1 cliente, 1 contato e 0 chamados" in run("sync", "esquecer", contact["Register"], "--simular")[2]
    assert run("sync", "esquecer", contact["Register"])[0] == 0
    assert run("sync", "esquecer", "12")[0] == 2
    assert run("sync adotar")[0] == 2
    assert run("sync adotar --colecao x")[0] == 2


def test_an_account_that_is_not_in_the_settings_is_told(run: Run) -> None:
    code, _, err = run("sync rodar tarefas --conta filial")
    assert (code, "filial" in err) == (4, True)
    assert run("sync rodar chamados")[0] == 2
    assert run("sync rodar tarefas --fila --simular")[0] == 2


def test_the_only_account_need_not_be_named_and_one_of_several_has_to_be(
    world: World, run: Run, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [
        name for name in os.environ if name.startswith(("ESTEIRA_SYNC__", "ESTEIRA_PLOOMES__", "ESTEIRA_MILVUS__"))
    ]:
        monkeypatch.delenv(name)
    own = {"ploomes": "matriz", "milvus": "matriz"}
    ploomes, milvus = (
        {"base_url": one.url, key: KEY} for one, key in ((world.ploomes, "user_key"), (world.milvus, "token"))
    )
    configure(
        ploomes__contas=json.dumps({"matriz": ploomes}),
        milvus__contas=json.dumps({"matriz": milvus}),
        sync__contas=json.dumps({"matriz": own}),
    )
    assert run("sync pendencias listar")[0] == 0
    assert run("sync rodar clientes-pm")[0] == 0
    assert [row.conta for row in standing.rows()] == ["matriz"]
    configure(sync__contas=json.dumps({"matriz": own, "filial": own}))
    code, _, err = run("sync pendencias listar")
    assert (code, "filial, matriz" in err) == (2, True)
    assert run("sync pendencias listar --conta filial")[0] == 0


def test_only_flows_that_are_on_are_scheduled(world: World, configure: Configure) -> None:
    periods = {name: entry["schedule"] for name, entry in beat_schedule.schedule().items() if name.startswith("sync.")}
    assert periods == {
        "sync.clientes_pm": timedelta(minutes=5),
        "sync.clientes_mp": timedelta(minutes=60),
        "sync.tarefas": timedelta(minutes=5),
        "sync.interacoes": timedelta(minutes=5),
    }
    configure(sync__schedules='{"tarefas": 0}', sync__tags="[]", sync__min_milvus_id="9")
    names = [name for name in beat_schedule.schedule() if name.startswith("sync.")]
    assert names == ["sync.clientes_pm", "sync.clientes_mp"]


def test_a_message_runs_the_accounts_whose_time_has_come(world: World) -> None:
    world.contact()
    first = doors.clientes_pm()
    assert first["padrao"]["estado"] == "bem"
    assert doors.clientes_pm() == {}
    assert doors.clientes_pm("padrao")["padrao"]["estado"] == "bem"


def test_the_account_that_waits_longest_goes_first(world: World, configure: Configure) -> None:
    own = {"start": "2026-07-01T00:00:00"}
    configure(sync__contas=json.dumps({"filial": own, "loja": own}))
    world.clock.advance(60)
    standing.hold("filial", "clientes-pm", new_token(), world.clock.now() - timedelta(hours=2), 1)
    standing.hold("loja", "clientes-pm", new_token(), world.clock.now() - timedelta(hours=3), 1)
    reports = run_due("clientes-pm", world.clock)
    assert [one.conta for one in reports] == ["padrao", "loja", "filial"]


def test_diagnostico_tells_what_the_other_side_does_not_know(world: World, configure: Configure) -> None:
    world.milvus.add_chamado(
        world.milvus.add_cliente(world.contact_free()), categoria_primaria="Instalação", mesa_trabalho="Suporte"
    )
    assert [one.situacao for one in checks.reachable()] == ["ok"]
    names = ("Instalação", "Entrega", "Retirada")
    tags = [{"id": 7 + number, "label": f"x{number}", "category": name} for number, name in enumerate(names)]
    desk = [{"flow": "tarefas", "target": "chamado_mesa", "default": "Outra"}]
    configure(sync__tags=json.dumps(tags), sync__mapping=json.dumps(desk))
    told = [one.detalhe for one in checks.reachable()]
    assert any("etiqueta 7" in one for one in told)
    assert any("Outra" in one for one in told)
    assert ["Entrega" in one or "Retirada" in one for one in told].count(True) == 2
    world.milvus.faults.always(status(401))
    assert [one.situacao for one in checks.reachable()] == ["erro"]


def test_both_systems_are_looked_at_once_a_day_and_what_is_found_stays_told(world: World) -> None:
    hook = world.ploomes.add("Webhooks", EntityId=1, ActionId=1, CallbackUrl="https://aqui/x", Active=False)
    asleep = f"o webhook {hook['Id']} do Ploomes está desligado"
    assert asleep in world.run("clientes-pm").avisos
    hook["Active"] = True
    assert asleep in world.run("clientes-pm").avisos
    world.clock.advance(86_400)
    assert asleep not in world.run("clientes-pm").avisos
    # a look that fails costs the run nothing
    world.clock.advance(86_400)
    world.ploomes.faults.always(status(503), key="GET Webhooks")
    world.contact()
    assert world.run("clientes-pm").criados == 1


def test_figures_and_retention(world: World) -> None:
    world.contact()
    world.run("clientes-pm")
    now = world.clock.now()
    with reading() as db:
        families = {one.name: one for one in upkeep.figures(db, now)}
    (sample,) = families["esteira_sync_itens"].samples
    assert (sample.labels["situacao"], sample.value) == ("enviado", 1)
    assert list(upkeep.told_long_ago(now + timedelta(days=99))) == [{"avisos da sincronia": 1}]
    assert list(upkeep.told_long_ago(now + timedelta(days=99))) == []


def test_what_dead_workers_held_is_given_back(world: World) -> None:
    program = "from claims.holder import new_token; print(new_token())"
    token = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
    now = world.clock.now()
    world.ledger.owe([New(livro=CLIENTES, fluxo="clientes-pm", chave="1")], now)
    world.ledger.claim(1, now, 3600, token)
    assert standing.hold("padrao", "tarefas", token, now, 3600) is not None
    assert upkeep.give_back(now) == 2
    assert upkeep.give_back(now) == 0


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("sync__cutoff", "ontem", "deve ser um instante"),
        ("sync__ledger_url", "postgresql://x/y", "mongodb://"),
        ("sync__tags", '[{"id": 1, "label": "a"}, {"id": 1, "label": "b"}]', "duas vezes"),
        ("sync__mapping", '[{"flow": "tarefas", "target": "x", "source": "y"}]', "campo de destino desconhecido"),
        ("sync__mapping", '[{"flow": "tarefas", "target": "chamado_mesa"}]', "precisa de source ou de default"),
    ],
)
def test_wrong_settings_are_told_at_the_start(
    world: World, run: Run, configure: Configure, name: str, value: str, told: str
) -> None:
    configure(**{name: value})
    code, _, err = run("sync estado")
    assert (code, told in err) == (4, True)
