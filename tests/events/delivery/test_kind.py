"""A kind of destination is one file: here one that speaks no HTTP, dropped in beside the others."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import Configure
from support.deliveries import attempts, change, change_delivery, deliveries, destination, fire, only, webhook
from support.ports import free_port

from cli.main import main
from core.clock import SYSTEM
from core.settings.deliveries import DeliverySettings
from events import disparar_webhook
from events.delivery import choosing, kind, kinds
from events.delivery.drain import drain
from events.delivery.sweep import sweep
from flows.entregas.delivering import deliver_now
from sandbox.raw import RawServer
from storage.models.eventos import Estado

PIGEON = '''
"""A pigeon: one line over TCP, answered by one line. A bearer of letters that no HTTP knows of."""

import asyncio
import json
from dataclasses import replace

from core.errors import UsageError
from events.delivery.kind import Bucket, Checked, Kind, Made
from events.delivery.outcome import DELIVERED, Outcome
from storage.models.eventos import Estado

LOST = Outcome("falhou", text="o pombo não voltou")
REFUSED = Outcome("recusado", Estado.RETIDO, "o pombal recusou a senha", switch_off=True)


class Pigeon(Kind):
    tipo = "pombo"
    takes = frozenset(["opcoes"])
    one_first = True

    async def deliver(self, destino, message, now):
        host, _, port = destino.url.removeprefix("pombo://").partition(":")
        try:
            reader, writer = await asyncio.open_connection(host, int(port))
            food = json.loads(destino.opcoes or "{}").get("comida", "")
            writer.write(f"{destino.secret_key} {message.message_id} {message.attempt} {food}\\n".encode())
            said = (await reader.readline()).decode().strip()
            writer.close()
        except OSError:
            return Made(LOST, now, 1)
        if said.startswith("senha errada"):
            return Made(replace(REFUSED, text=REFUSED.text + said.removeprefix("senha errada")), now, 1)
        return Made({"recebido": DELIVERED}.get(said, LOST), now, 1, response=said)

    def checked(self, said):
        if not said.url.startswith("pombo://"):
            raise UsageError("Um pombo voa para pombo://servidor:porta.")
        made = "milho" if said.segredo is None else None
        if said.opcoes.keys() > {"comida"}:
            raise UsageError("Um pombo só tem a opção comida.", campo="opcao")
        columns = {"url": said.url, "secret_key": made or said.segredo, "opcoes": json.dumps(dict(said.opcoes))}
        return Checked(columns, made)

    def shown(self, destino):
        return json.loads(destino.opcoes or "{}")

    def rotated(self, destino, said, now):
        return Checked({"secret_key": said.segredo or "trigo"}, None if said.segredo else "trigo")

    def bucket(self, destino, settings):
        return Bucket("pombal", 3, 60)

    def prepare(self):
        self.fed = True


KIND = Pigeon()
'''


@pytest.fixture(autouse=True)
def pigeon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "kinds"
    folder.mkdir()
    (folder / "pigeon.py").write_text(PIGEON, encoding="utf-8")
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(folder)])
    look_again()
    yield
    look_again()


def look_again() -> None:
    """Let what this process has found of the kinds be found anew."""
    for found in (kind.kinds, choosing.of_each, choosing.slots, choosing.single, choosing.whole):
        found.cache_clear()


class Loft(socketserver.ThreadingTCPServer):
    """Where pigeons come home; only those with the right word are let in."""

    daemon_threads = True

    def __init__(self) -> None:
        self.words, self.lines = {"milho"}, list[str]()
        self.refusal = "senha errada"
        super().__init__(("127.0.0.1", 0), _Door)

    @property
    def url(self) -> str:
        return f"pombo://127.0.0.1:{self.server_address[1]}"


class _Door(socketserver.StreamRequestHandler):
    server: Loft

    def handle(self) -> None:
        line = self.rfile.readline().decode().strip()
        self.server.lines.append(line)
        said = "recebido" if line.split()[0] in self.server.words else self.server.refusal
        self.wfile.write(f"{said}\n".encode())


@contextmanager
def loft() -> Iterator[Loft]:
    with Loft() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join()


def criar(url: str, *more: str) -> int:
    return main(
        ["destinos", "criar", "--tipo", "pombo", "--nome", "p", "--url", url, "--eventos", "alerta_aberto", *more]
    )


def test_a_new_kind_is_known_from_the_command_line_to_the_delivery(
    banco: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with loft() as home:
        assert criar(home.url, "--opcao", "comida=aveia", "--json") == 0
        made = json.loads(capsys.readouterr().out)
        assert (made["tipo"], made["segredo"]) == ("pombo", "milho")
        (message_id,) = fire()
        assert sweep() == [(made["id"], "entregas.drenar")]
        drain(made["id"])
        assert only().estado == Estado.ENTREGUE
        assert home.lines == [f"milho {message_id} 1 aveia"]
        assert main(["destinos", "alterar", "p", "--opcao", "comida=cevada", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["detalhes"] == {"comida": "cevada"}
        assert [(a.outcome, a.response) for a in attempts()] == [("entregue", "recebido")]
        assert main(["destinos", "testar", "p"]) == 0


def test_what_a_person_says_of_it_is_judged_by_its_file_alone(sqlite: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert criar("https://exemplo.com/") == 2
    assert "Um pombo voa para" in capsys.readouterr().err
    assert criar("pombo://127.0.0.1:1", "--opcao", "comida=milho", "--opcao", "asa=1") == 2
    assert "só tem a opção comida (--opcao)" in capsys.readouterr().err
    assert criar("pombo://127.0.0.1:1", "--topico", "x") == 2
    assert "Um destino pombo não tem tópico (--topico)" in capsys.readouterr().err
    assert criar("pombo://127.0.0.1:1") == 0
    capsys.readouterr()
    assert main(["destinos", "trocar-segredo", "p", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["segredo"] == "trigo"


def test_its_bucket_and_the_own_limit_are_both_drawn_on(sqlite: str) -> None:
    with loft() as home:
        criar(home.url, "--por-minuto", "2")
        fire(5)
        drain(1)
        assert len(home.lines) == 2
    names = [bucket.nome for bucket in kind.buckets_of(destination(1), DeliverySettings.current())]
    assert names == ["destino:1", "pombal"]


def test_a_refused_credential_is_asked_once_and_ends_the_run(sqlite: str) -> None:
    with loft() as home:
        criar(home.url, "--segredo", "cevada")
        fire(3)
        drain(1)
        assert len(home.lines) == 1
    assert {row.estado for row in deliveries()} == {Estado.RETIDO}
    assert destination(1).desligado_motivo == "o pombal recusou a senha"


def test_a_reason_that_no_row_takes_is_cut(banco: str) -> None:
    with loft() as home:
        home.refusal += ": \x00" + "não " * 1000
        criar(home.url, "--segredo", "cevada")
        fire()
        drain(1)
        assert len(home.lines) == 1
    (attempt,) = attempts()
    assert (only().estado, only().lease_token) == (Estado.RETIDO, None)
    for kept in (only().last_error, attempt.error, destination(1).desligado_motivo):
        assert (kept or "").startswith("o pombal recusou a senha: \ufffdnão não")
        assert len(kept or "") == 500


def test_every_kind_here_says_what_the_engine_asks() -> None:
    assert {"ntfy", "pombo", "webhook"} <= set(kind.kinds())
    for tipo, found in kind.kinds().items():
        assert found.tipo == tipo
        assert kind.task_of(tipo, lento=False)


def test_a_kind_that_this_version_does_not_have_costs_its_own_destinations_alone(banco: str) -> None:
    """As after an update that was taken back: the row is newer than the program."""
    lost, other = webhook("https://exemplo.com/a", nome="a"), webhook("https://exemplo.com/b", nome="b")
    change(lost, tipo="coruja")
    fire()
    disparar_webhook("alerta_aberto", {})
    assert [len(deliveries(one)) for one in (lost, other)] == [2, 2]
    assert sweep() == [(other, "entregas.drenar")]
    assert drain(lost).feitas == 0


def test_what_people_ask_of_a_kind_that_is_not_there_is_done_or_said(
    banco: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = str(webhook("https://exemplo.com/a"))
    change(int(lost), tipo="coruja")
    (message_id,) = fire()
    # nobody here will serve it: nothing is waited for
    deliver_now(message_id)
    change_delivery(only().id, estado=Estado.ESGOTADO)
    assert main(["entregas", "reenviar", "1"]) == 0
    change_delivery(only().id, estado=Estado.ESGOTADO)
    since = f"{SYSTEM.now() - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    assert main(["entregas", "recuperar", "--destino", lost, "--desde", since]) == 0
    assert main(["destinos", "pausar", lost]) == 0
    assert main(["destinos", "retomar", lost]) == 0
    assert only().estado == Estado.PENDENTE
    for words in (["testar"], ["trocar-segredo"], ["alterar", "--nome", "outro"]):
        assert main(["destinos", *words[:1], lost, *words[1:]]) == 2
        assert "Tipo de destino desconhecido: 'coruja'" in capsys.readouterr().err
    assert len(deliveries()) == 1


def test_the_kind_of_the_how_to_works_as_it_stands(
    sqlite: str, loopback: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[3] / "docs" / "how-to" / "novo-destino.md").read_text(encoding="utf-8")
    (tmp_path / "kinds" / "chat.py").write_text(text.partition("```python\n")[2].partition("```")[0], encoding="utf-8")
    look_again()
    with RawServer(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as server:
        words = ["--nome", "sala", "--url", f"{server.url}/sala", "--eventos", "alerta_aberto"]
        assert main(["destinos", "criar", "--tipo", "chat", *words]) == 0
        assert main(["destinos", "testar", "sala"]) == 0
        assert server.requests[0].endswith(b'{"text": "Teste do destino sala."}')


def test_a_worker_loads_what_is_in_use_and_everything_before_anything_is(banco: str) -> None:
    def fed() -> bool:
        look_again()
        kind.prepare()
        return bool(vars(kind.kinds()["pombo"]).pop("fed", False))

    assert fed()
    webhook("https://exemplo.com/a")
    assert not fed()
    change(webhook("https://exemplo.com/b", nome="b"), tipo="pombo")
    assert fed()


def test_where_the_database_is_away_a_worker_loads_everything(configure: Configure) -> None:
    configure(core__database_url=f"postgresql://esteira@127.0.0.1:{free_port()}/esteira")
    look_again()
    kind.prepare()
    assert vars(kind.kinds()["pombo"]).pop("fed")
