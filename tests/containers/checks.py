"""What the compose stack has to stand, in a real engine; run by `make test-containers`, in this order, and no part of
the suite. Each check prints its figures."""

import json
import re
import signal
import subprocess
import sys
from collections import Counter

from containers import figures
from containers.images import BASE
from containers.stack import DOMAIN, TOKEN, Stack, wait_until

from sandbox.questor.documentos import documento
from workers.layout import REST, URGENT, one_per_family

MEGABYTE = 1e6
# Documents of a lot: so many that sending them lasts.
AMOUNT = 6000
OUTSIDE = ("fora", "escritorio", "migrar")


def said(what: str) -> None:
    sys.stdout.write(f"\n  → {what}\n")
    sys.stdout.flush()


def ours(stack: Stack) -> dict[str, str]:
    return {name: service for name, service in stack.containers().items() if service not in OUTSIDE}


def workers(stack: Stack) -> list[str]:
    document = json.loads(stack.compose("config", "--format", "json"))["services"]
    carrying = {name: one for name, one in document.items() if "-Q" in (one.get("command") or ())}
    return sorted(name for name, one in carrying.items() if one.get("deploy", {}).get("replicas", 1))


def test_all_of_it_is_healthy_after_one_line(stack: Stack) -> None:
    health = {name: stack.inspect(name)["State"]["Health"]["Status"] for name in ours(stack)}
    assert set(health.values()) == {"healthy"}, health
    said(f"{len(health)} contêineres saudáveis")


def test_the_image_is_small(stack: Stack) -> None:
    sizes = [int(stack.run("docker", "image", "inspect", "-f", "{{.Size}}", name)) for name in ("esteira:local", BASE)]
    said(f"imagem: {(sizes[0] - sizes[1]) / MEGABYTE:.0f} MB acima da base")
    assert sizes[0] - sizes[1] <= 200 * MEGABYTE
    stack.python("api", LOADS_ALL)


# What was taken out of the packages is missed by nothing of ours; what an extra needs, the image has not.
LOADS_ALL = """
import importlib, pkgutil
EXTRAS = {"core.otel"}
for top in ("alerts", "api", "claims", "cli", "connectors", "core", "events", "flows", "sandbox", "storage", "tasks"):
    for one in pkgutil.walk_packages([importlib.import_module(top).__path__[0]], top + "."):
        if one.name not in EXTRAS and "migrations" not in one.name and not one.name.endswith("__main__"):
            importlib.import_module(one.name)
import phonenumbers, holidays, fpdf, brazilfiscalreport.danfe
assert holidays.Brazil(years=2026)
"""


def test_an_event_reaches_a_receiver(stack: Stack) -> None:
    before = stack.received()["distintos"]
    stack.fire(3)
    seconds = wait_until(lambda: stack.received()["distintos"] == before + 3, "os eventos chegaram")
    said(f"3 eventos entregues, vistos depois de {seconds:.1f} s")


def test_the_door_has_tls_and_shows_each_what_is_its_own(stack: Stack) -> None:
    root = stack.run("docker", "exec", stack.of("proxy"), "cat", "/data/caddy/pki/authorities/local/root.crt")
    (stack.folder / "arvore" / "prova" / "autoridade.crt").write_text(root)
    password = (stack.docker_folder / "segredos" / "esteira_flower__password").read_text()
    doors = {
        "/saude/": 200,
        "/api/openapi.json": 200,
        "/painel/": (303, 307, 200),
        "/admin/": (302, 303, 307, 200),
        "/flower/": 401,
        "/flower/api/workers": 401,
        "/flower/metrics": 404,
        "/flower/healthcheck": 404,
        "/prontidao/": 404,
    }
    for path, wanted in doors.items():
        found = stack.ask(f"https://{DOMAIN}{path}")
        codes = wanted if isinstance(wanted, tuple) else (wanted,)
        assert found["code"] in codes, (path, found["code"])
        assert "max-age" in found["headers"].get("Strict-Transport-Security", ""), path
    assert stack.ask(f"https://{DOMAIN}/flower/", "esteira", password)["code"] == 200
    assert stack.ask(f"http://{DOMAIN}/painel/")["code"] == 308
    assert stack.ask("http://flower:5555/flower/metrics")["code"] == 401
    said(f"{len(doors)} portas por TLS, o Flower fechado sem senha")


def test_the_engine_tells_no_secret(stack: Stack) -> None:
    folder = stack.docker_folder / "segredos"
    secrets = {path.name: path.read_text().strip() for path in folder.iterdir() if path.is_file()}
    secrets = {name: text.strip('[]"') for name, text in secrets.items()} | {"token": TOKEN}
    shown = Counter[str]()
    for name in ours(stack):
        told = json.dumps(stack.inspect(name)) + stack.run("docker", "logs", name)
        shown.update(f"{name}: {secret}" for secret, text in secrets.items() if text in told)
    assert not shown
    modes = {path.stat().st_mode & 0o777 for path in (stack.docker_folder / ".env", folder)}
    assert modes == {0o600, 0o700}
    said(f"{len(secrets)} segredos procurados em {len(ours(stack))} contêineres: nenhum")


def test_each_has_its_own_secrets_and_a_root_that_cannot_be_written(stack: Stack) -> None:
    found = set(stack.run("docker", "exec", stack.of("flower"), "ls", "/run/secrets").split())
    assert found == {"esteira_core__redis_password", "esteira_flower__password"}
    own = {
        name: stack.run("docker", "exec", stack.of(name), "find", "/run/proprios", "-type", "f")
        for name in workers(stack)
    }
    assert own == {URGENT: "", REST: "/run/proprios/questor/esteira_questor__contas\n"}
    done = subprocess.run(
        ["docker", "exec", stack.of("api"), "touch", "/opt/esteira/x"], capture_output=True, check=False
    )
    assert b"Read-only" in done.stderr


def test_a_check_costs_next_to_nothing_and_so_does_the_stack_at_rest(stack: Stack) -> None:
    timed = "TIMEFORMAT='%U %S'; time saude batimento 30"
    done = subprocess.run(
        ["docker", "exec", stack.of(REST), "bash", "-c", timed], capture_output=True, text=True, check=True
    )
    check = sum(map(float, done.stderr.split()))
    said(f"verificação de um worker: {check:.3f} s de CPU")
    assert check <= 0.1
    cost = figures.at_rest(stack, 90)
    said(str(cost))
    assert cost.containers + cost.engine < 0.31
    assert cost.processes < 39
    assert cost.memory < 1218


def test_beat_waits_for_the_broker_in_a_few_lines(stack: Stack) -> None:
    beats = [name for name, service in stack.containers().items() if service == "beat"]
    before = {name: (stack.inspect(name)["RestartCount"], len(stack.logs(name))) for name in beats}
    stack.compose("stop", "--timeout", "10", "redis")
    stack.rest(15)
    stack.compose("start", "redis")
    wait_until(lambda: all(map(stack.well, [*beats, stack.of("redis"), stack.of(REST)])), "beat e worker voltaram")
    after = {name: (stack.inspect(name)["RestartCount"], len(stack.logs(name))) for name in beats}
    lines = {name: after[name][1] - before[name][1] for name in beats}
    said(f"15 s sem Redis: reinícios {[after[n][0] - before[n][0] for n in beats]}, linhas {list(lines.values())}")
    assert all(after[name][0] == before[name][0] for name in beats)
    assert max(lines.values()) <= 6


def test_each_container_is_killed_in_turn_and_nothing_is_lost(stack: Stack) -> None:
    expected = stack.received()["distintos"]
    for name, service in sorted(ours(stack).items()):
        if service != "postgres":
            # without a database nobody can record anything
            stack.fire(4, URGENT if service == REST else REST)
            expected += 4
        stack.kill(name)
        wait_until(lambda name=name: stack.well(name), f"{name} voltou")  # type: ignore[misc]
        if service == "postgres":
            stack.fire(4)
            expected += 4
    seconds = wait_until(lambda: stack.received()["distintos"] >= expected, "tudo chegou")
    found = stack.received()
    owed = stack.sql("select estado, count(*) from delivery group by estado")
    said(
        f"{len(ours(stack))} contêineres mortos; {expected} eventos, {found['distintos']} chegados, "
        f"{found['repetidos']} repetidos; o último {seconds:.0f} s depois do fim; entregas {owed}"
    )
    assert found["distintos"] == expected
    assert [row[0] for row in owed] == ["entregue"]


def lot(stack: Stack, name: str, amount: int, first: int) -> None:
    """Make a folder of documents, scan it as a lot, and have it sent by the workers."""
    folder = stack.folder / "arvore" / "lotes" / name
    folder.mkdir(mode=0o755)
    for number in range(first, first + amount):
        (folder / f"{number}.xml").write_text(documento("nfe", number).texto)
    stack.esteira("questor", "varrer", f"/lotes/{name}", "--nome", name, service=REST)
    stack.esteira("questor", "enviar", name, "--fila", service=REST)


def states(stack: Stack, name: str) -> dict[str, int]:
    question = (
        "select a.estado, count(*) from questor_arquivo a join questor_lote l on l.id = a.lote_id "
        f"where l.nome = '{name}' group by 1"
    )
    return {estado: int(amount) for estado, amount in stack.sql(question)}


def held(stack: Stack) -> int:
    return int(stack.sql("select count(*) from questor_arquivo where lease_token is not null")[0][0])


def halted(stack: Stack, container: str) -> bool:
    """Halt a container as it stands, if it then has something in hand; else let it go on."""
    stack.signal(container, signal.SIGSTOP)
    if not held(stack):
        stack.signal(container, signal.SIGCONT)
        return False
    return True


def test_docker_stop_in_mid_work_leaves_nothing_unknown_and_its_successor_goes_on(stack: Stack) -> None:
    lot(stack, "parada", AMOUNT, 1)
    wait_until(lambda: states(stack, "parada").get("enviado", 0) > 10, "o envio começou")
    stack.run("docker", "stop", stack.of(REST))
    code = stack.inspect(stack.of(REST))["State"]["ExitCode"]
    found = states(stack, "parada")
    said(f"docker stop do worker: código {code}, {found}, {held(stack)} em mãos")
    assert code == 0
    assert set(found) == {"enviado", "pendente"}, "it was stopped in mid-work"
    assert held(stack) == 0
    stack.compose("up", "--detach", "--force-recreate", "--no-deps", REST)
    seconds = wait_until(lambda: states(stack, "parada") == {"enviado": AMOUNT}, "o lote terminou")
    said(f"recriado: o resto do lote em {seconds:.0f} s")


def test_what_a_removed_container_held_does_not_wait_for_its_lease(stack: Stack) -> None:
    lot(stack, "remocao", AMOUNT, AMOUNT + 1)
    wait_until(lambda: states(stack, "remocao").get("enviado", 0) > 10, "o envio começou")
    wait_until(lambda: halted(stack, stack.of(REST)), "o worker parou com arquivos em mãos")
    left = held(stack)
    stack.run("docker", "rm", "--force", stack.of(REST))
    stack.compose("up", "--detach", "--no-deps", REST)
    seconds = wait_until(lambda: states(stack, "remocao") == {"enviado": AMOUNT}, "o lote terminou")
    said(f"removido em pleno envio com {left} em mãos; o substituto terminou o lote em {seconds:.0f} s")
    assert seconds < 200


def test_every_worker_ends_well_when_it_is_stopped(stack: Stack) -> None:
    codes = {}
    for name in workers(stack):
        stack.run("docker", "stop", stack.of(name))
        codes[name] = stack.inspect(stack.of(name))["State"]["ExitCode"]
        stack.run("docker", "start", stack.of(name))
    said(f"códigos depois de docker stop: {codes}")
    assert set(codes.values()) == {0}
    wait_until(lambda: all(stack.well(stack.of(name)) for name in workers(stack)), "todos voltaram")


def test_a_migration_that_fails_leaves_what_runs_alone(stack: Stack) -> None:
    before, image = {name: stack.inspect(name)["Id"] for name in ours(stack)}, stack.inspect("esteira:local")["Id"]
    broken = stack.folder / "arvore" / "storage" / "migrate.py"
    whole = broken.read_text()
    try:
        broken.write_text("raise SystemExit('uma migração que falha')\n")
        done = subprocess.run(
            ["sh", "atualizar.sh"], cwd=stack.docker_folder, capture_output=True, text=True, check=False
        )
        assert done.returncode != 0
        assert {name: stack.inspect(name)["Id"] for name in ours(stack)} == before
        assert all(map(stack.well, before))
        assert stack.inspect("esteira:local")["Id"] == image
    finally:
        broken.write_text(whole)
    said("uma migração que falha: nenhum contêiner foi tocado")


def test_the_networks_have_fixed_addresses(stack: Stack) -> None:
    for network in ("interna", "externa"):
        told = stack.run("docker", "network", "inspect", f"esteira_{network}")
        assert re.search(r"172\.31\.24[01]\.0/24", told), network


def test_one_worker_per_queue_takes_the_place_of_the_few(stack: Stack) -> None:
    files = "COMPOSE_FILE=compose.yaml:compose.por-fila.yaml:compose.override.yaml"
    with (stack.docker_folder / ".env").open("a") as file:
        file.write(f"{files}\n")
    stack.compose("up", "--detach", "--remove-orphans", "--wait", "--wait-timeout", "600")
    assert workers(stack) == sorted(worker.name for worker in one_per_family())
    running = set(ours(stack).values())
    assert not running & {URGENT, REST}
    assert running >= set(workers(stack))
    before = stack.received()["distintos"]
    stack.fire(3, "geral")
    wait_until(lambda: stack.received()["distintos"] == before + 3, "os eventos chegaram")
    said(f"{len(workers(stack))} workers, um por fila, no lugar dos dois; {figures.at_rest(stack, 60)}")
