import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import Configure
from sqlalchemy import select, update
from support.questor import TOKEN, files, lot, states
from support.questor import account as settings_of

from core.clock import SYSTEM, FixedClock
from core.errors import Conflict, Misconfigured, NotFound, UsageError
from flows.questor import lots, send, starting
from flows.questor.outcome import MOST_ERRORS
from flows.questor.rows import NEVER, Arquivo
from flows.questor.sender import Tally
from flows.questor.texts import Texts
from sandbox import faults
from sandbox.questor import QuestorServer
from sandbox.questor.documentos import Documento, documento
from storage.models.eventos import Event
from storage.models.questor import QuestorArquivo, QuestorConta, QuestorLote
from storage.session import reading, transaction

IMPORT = "importarxmlnfearray"


@pytest.fixture
def server() -> Iterator[QuestorServer]:
    with QuestorServer(TOKEN) as running:
        yield running


@pytest.fixture
def account(configure: Configure, server: QuestorServer) -> Callable[..., None]:
    def apply(**values: str) -> None:
        configure(**settings_of(server.url, **values))

    apply()
    return apply


def notes(amount: int, tipo: str = "nfe") -> list[Documento]:
    return [documento(tipo, number) for number in range(1, amount + 1)]


def send_all(lote_id: int, clock: FixedClock | None = None, chunks: int = 30) -> list[Tally]:
    """Send chunk after chunk; what waits for a while is made due."""
    reports = []
    for _ in range(chunks):
        reports.append(send.send_chunk(lote_id, clock or SYSTEM))
        if not lot_is_open(lote_id):
            break
        make_due()
    return reports


def lot_is_open(lote_id: int) -> bool:
    with reading() as db:
        return lots.has_open(db, lote_id)


def make_due() -> None:
    with transaction() as db:
        held = QuestorArquivo.lease_token.is_(None)
        db.execute(update(QuestorArquivo).where(held, QuestorArquivo.due_at < NEVER).values(due_at=SYSTEM.now()))
        db.execute(update(QuestorConta).values(aberto_ate=None, falhas=0, espera=0))


def events() -> list[dict[str, object]]:
    with reading() as db:
        return [json.loads(event.corpo) for event in db.scalars(select(Event).order_by(Event.id))]


def test_every_document_arrives_once_and_the_lot_ends(
    banco: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    account()
    wanted = [*notes(40), *notes(5, "cte"), *notes(5, "nfe_evento"), *notes(3, "cfe")]
    lote = lot(tmp_path / "xml", wanted)
    report = send.send_chunk(lote)
    assert (report.enviados, report.mais, report.parado) == (53, False, None)
    assert set(server.guardados) == {one.identidade for one in wanted}
    assert server.repetidos == {}
    assert states(lote) == {"enviado": 53}
    assert {row.tentativas for row in files(lote)} == {1}
    (event,) = events()
    assert (event["evento"], event["dados"]["totais"]) == ("envio_questor_concluido", {"enviado": 53})  # type: ignore[index]
    assert send.send_chunk(lote).enviados == 0
    assert len(events()) == 1


def test_requests_grow_while_verdicts_match(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    account()
    lote = lot(tmp_path / "xml", notes(300))
    assert send.send_chunk(lote).enviados == 300
    assert sum(server.pedidos.values()) < 120


def test_each_document_has_its_own_verdict(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    wanted = notes(30)
    server.recusas = {wanted[3].identidade: "Nota denegada.", wanted[9].identidade: "Nota denegada."}
    server.guardados[wanted[5].identidade] = wanted[5]
    lote = lot(tmp_path / "xml", wanted)
    send_all(lote)
    rows = files(lote)
    assert states(lote) == {"enviado": 28, "recusado": 2}
    assert (rows[3].motivo, rows[3].mensagem, rows[3].http) == ("recusado_pelo_questor", "Nota denegada.", 200)
    assert rows[5].motivo == "ja_existia"


def test_a_poison_document_is_isolated(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    wanted = notes(120)
    poison = {wanted[50].identidade, wanted[90].identidade}
    server.limites.venenos = poison
    lote = lot(tmp_path / "xml", wanted)
    send_all(lote)
    assert states(lote) == {"enviado": 118, "recusado": 2}
    assert {row.identidade for row in files(lote) if row.motivo == "erro_do_servidor"} == poison
    others = {one.identidade for one in wanted} - poison
    # in company it fails only as often as a request can be halved, or shrinks to find the reason
    assert max(server.posts[one] for one in others) <= 8
    assert min(server.posts[one] for one in poison) > MOST_ERRORS
    assert server.reenviados.total() == 0
    assert len(server.guardados) == 118


@pytest.mark.parametrize(("limit", "value"), [("bytes", 2500), ("itens", 3)])
def test_a_limit_of_the_body_is_found(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path, limit: str, value: int
) -> None:
    setattr(server.limites, limit, value)
    lote = lot(tmp_path / "xml", notes(80))
    send_all(lote)
    assert states(lote) == {"enviado": 80}


def test_one_document_that_is_too_large_is_refused_alone(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    server.limites.bytes = 3000
    wanted = [*notes(10), documento("nfe", 99, extra="x" * 5000)]
    lote = lot(tmp_path / "xml", wanted)
    send_all(lote)
    assert states(lote) == {"enviado": 10, "recusado": 1}
    assert (files(lote)[10].motivo, files(lote)[10].http) == ("grande_demais", 413)


LOST = {
    "cut before it was stored": (faults.reset(), False),
    "cut after it was stored": (faults.after(faults.reset()), True),
    "no answer": (faults.silent(), False),
    "no answer after it was stored": (faults.after(faults.silent()), True),
    "502 after it was stored": (faults.after(faults.status(502)), True),
    "half an answer": (faults.status(200, "[{"), False),
}


@pytest.mark.parametrize("name", LOST)
def test_a_lost_answer_is_asked_for_before_anything_is_sent_again(
    banco: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path, name: str
) -> None:
    account(total_timeout="1")
    fault, stored = LOST[name]
    server.faults.queue(fault, key=IMPORT)
    lote = lot(tmp_path / "xml", notes(1))
    assert send.send_chunk(lote).desconhecidos == 1
    assert files(lote)[0].due_at > SYSTEM.now() + timedelta(seconds=30)
    send_all(lote)
    (row,) = files(lote)
    assert row.estado == "enviado"
    assert len(server.guardados) == 1
    assert sum(server.repetidos.values()) == (0 if stored else 1)
    assert row.motivo == ("confirmado" if stored else None)
    assert server.pedidos["obternfeporfiltro"] >= 1


def test_a_key_whose_month_is_none_holds_up_no_lot(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    """Its check digit is right, so it is sent; when its answer is lost nobody can be asked for it."""
    server.faults.queue(faults.after(faults.status(502)), key=IMPORT)
    server.faults.queue(faults.after(faults.status(502)), key=IMPORT)
    lote = lot(tmp_path / "xml", [documento("nfe", 1, aamm="2613"), documento("nfe", 2)])
    send_all(lote)
    assert states(lote) == {"enviado": 2}


def test_what_cannot_be_asked_for_is_sent_again_three_times_at_most(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    account(total_timeout="1")
    server.faults.always(faults.after(faults.reset()), key="importarxmlnfeeventarray")
    lote = lot(tmp_path / "xml", notes(1, "nfe_evento"))
    send_all(lote)
    (row,) = files(lote)
    assert (row.estado, row.motivo, row.repeticoes, row.tentativas) == ("desconhecido", "sem_confirmacao", 3, 4)
    assert sum(server.posts.values()) == 4
    server.faults.clear("importarxmlnfeeventarray")
    assert lots.repetir("lote", "desconhecido") == 1
    send_all(lote)
    assert states(lote) == {"enviado": 1}


@pytest.mark.parametrize("fault", [faults.status(404), faults.status(500)])
def test_a_query_that_fails_ends_in_a_counted_repeat(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path, fault: faults.Fault
) -> None:
    server.faults.queue(faults.after(faults.reset()), key=IMPORT)
    server.faults.always(fault, key="obternfeporfiltro")
    lote = lot(tmp_path / "xml", notes(1))
    send_all(lote)
    (row,) = files(lote)
    assert (row.estado, row.repeticoes, row.motivo) == ("enviado", 1, "ja_existia")


def test_an_outage_opens_the_breaker_and_afterwards_everything_arrives(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    server.faults.always(faults.status(500))
    lote = lot(tmp_path / "xml", notes(40))
    report = send.send_chunk(lote)
    assert report.enviados == 0
    assert report.pedidos < 40
    assert states(lote) == {"pendente": 40}
    assert starting.state(_lote(lote), starting.account_of("padrao"), SYSTEM.now()).impedimento == "disjuntor_aberto"
    assert send.send_chunk(lote).pedidos == 0
    assert [event["evento"] for event in events()] == ["envio_questor_parado"]
    server.faults.clear()
    before = sum(server.pedidos.values())
    make_due()
    send_all(lote)
    assert states(lote) == {"enviado": 40}
    assert sum(server.pedidos.values()) - before <= 40
    assert [event["evento"] for event in events()] == ["envio_questor_parado", "envio_questor_concluido"]


def test_one_probe_goes_first_when_the_breaker_may_close(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    server.faults.always(faults.status(500))
    lote = lot(tmp_path / "xml", notes(40))
    send.send_chunk(lote)
    before = server.pedidos.total()
    with transaction() as db:
        db.execute(update(QuestorConta).values(aberto_ate=SYSTEM.now()))
    send.send_chunk(lote)
    assert server.pedidos.total() - before == 1
    with reading() as db:
        assert db.scalars(select(QuestorConta.espera)).one() == 120


def test_a_blocked_key_stops_the_account_and_tells_once(
    banco: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    server.faults.always(faults.status(403, headers={"MsgErro": f"Chave {TOKEN} bloqueada"}))
    lote, other = lot(tmp_path / "a", notes(3)), lot(tmp_path / "b", notes(3), "outro")
    assert "bloqueada" in (send.send_chunk(lote).parado or "")
    assert send.send_chunk(other).pedidos == 0
    assert states(lote) == {"pendente": 3}
    (event,) = events()
    assert event["evento"] == "envio_questor_parado"
    assert TOKEN not in json.dumps(events())
    assert TOKEN not in (_lote(lote).parado_motivo or "")
    server.faults.clear()
    lots.retomar("lote")
    assert send.send_chunk(lote).enviados == 3


def test_files_that_changed_or_went_are_set_aside(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    lote = lot(tmp_path / "xml", notes(4))
    (tmp_path / "xml/1.xml").unlink()
    (tmp_path / "xml/2.xml").write_text("outro")
    (tmp_path / "xml/3.xml").unlink()
    (tmp_path / "xml/3.xml").symlink_to(tmp_path / "xml/0.xml")
    send_all(lote)
    assert [(row.estado, row.motivo) for row in files(lote)] == [
        ("enviado", None),
        ("quarentena", "sumiu"),
        ("quarentena", "mudou"),
        ("quarentena", "sumiu"),
    ]


def test_outside_its_window_nothing_is_sent_and_it_stops_when_the_window_closes(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    account(window='["seg-sex 20:00-06:00"]')
    lote = lot(tmp_path / "xml", notes(3))
    noon = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("America/Sao_Paulo"))
    with transaction() as db:
        db.execute(update(QuestorArquivo).values(due_at=noon))
    clock = FixedClock(noon)
    assert send.send_chunk(lote, clock).pedidos == 0
    assert starting.open_lots(clock) == []
    clock.advance(8 * 3600)
    assert starting.open_lots(clock) == [(lote, 2)]
    assert send.send_chunk(lote, clock).enviados == 3


def test_a_pause_stops_at_once_and_gives_the_rest_back(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    account(max_batch_items="1")
    server.limites.latencia = 0.2
    lote = lot(tmp_path / "xml", notes(200))
    threading.Timer(1.0, lots.pausar, ("lote",)).start()
    report = send.send_chunk(lote)
    assert 0 < report.enviados < 200
    assert set(states(lote)) == {"enviado", "pendente"}
    assert all(row.lease_token is None for row in files(lote))
    lots.retomar("lote")
    server.limites.latencia = 0
    send_all(lote)
    assert server.repetidos == {}
    assert states(lote) == {"enviado": 200}


def test_two_senders_at_once_share_the_limit_and_repeat_nothing(
    banco: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    account(max_concurrency="6")
    server.limites.latencia = 0.05
    lote = lot(tmp_path / "xml", notes(1200))
    with transaction() as db:
        db.add(QuestorConta(conta="padrao", limite=6.0))
    reports: list[Tally] = []

    def one() -> None:
        reports.extend(send.send_chunk(lote) for _ in range(4))

    second = threading.Thread(target=one)
    second.start()
    one()
    second.join()
    send_all(lote)
    assert states(lote) == {"enviado": 1200}
    assert server.repetidos == {}
    assert server.max_em_voo <= 6


@pytest.mark.parametrize(
    ("values", "fault"),
    [({"base_url": "https://questor.example"}, UsageError), ({"token": ""}, Misconfigured)],
)
def test_what_is_not_agreed_or_configured_is_refused(
    sqlite: str, account: Callable[..., None], tmp_path: Path, values: dict[str, str], fault: type[Exception]
) -> None:
    lot(tmp_path / "xml", notes(1), enviar=False)
    account(**values)
    with pytest.raises(fault):
        starting.start("lote")


def test_a_lot_that_was_not_scanned_to_its_end_is_not_sent(
    sqlite: str, account: Callable[..., None], tmp_path: Path
) -> None:
    lote = lot(tmp_path / "xml", notes(1), enviar=False)
    with transaction() as db:
        db.execute(update(QuestorLote).values(varrido_em=None))
    with pytest.raises(Conflict, match="não foi lido até o fim"):
        starting.start("lote")
    assert not send.conclude(lote, SYSTEM)


def test_an_agreement_is_enough(sqlite: str, account: Callable[..., None], tmp_path: Path) -> None:
    lote = lot(tmp_path / "xml", notes(1), enviar=False)
    account(base_url="https://questor.example", agreed_with_vendor="Fulana, suporte, 20/11/2026")
    starting.start("lote")
    assert _lote(lote).enviar


def test_an_unknown_lot_is_told_with_the_nearest(sqlite: str, account: Callable[..., None], tmp_path: Path) -> None:
    lot(tmp_path / "xml", notes(1), "janeiro")
    with pytest.raises(NotFound, match="Seria 'janeiro'"):
        starting.start("janero")


def _lote(lote_id: int) -> QuestorLote:
    with reading() as db:
        return db.get_one(QuestorLote, lote_id)


def test_a_rate_that_the_server_names_is_kept(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path
) -> None:
    account(max_batch_items="1")
    server.limites.por_segundo, server.limites.rajada = 50, 20
    lote = lot(tmp_path / "xml", notes(400))
    send_all(lote)
    assert states(lote) == {"enviado": 400}
    too_many = sum(one.startswith("429") for one in server.refused)
    # a sender that does not keep it is refused more often than not; a machine that stands still sends a burst after
    assert 0 < too_many <= 0.15 * (400 + too_many)


def test_a_fault_while_a_file_is_read_costs_that_file(
    sqlite: str, server: QuestorServer, account: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Texts.read

    def fails(self: Texts, row: Arquivo) -> str:
        if row.caminho == "1.xml":
            raise RuntimeError("ninguém pensou nisto")
        return real(self, row)

    monkeypatch.setattr(Texts, "read", fails)
    lote = lot(tmp_path / "xml", notes(3))
    send_all(lote)
    assert [(row.estado, row.motivo) for row in files(lote)] == [
        ("enviado", None), ("quarentena", "erro_de_leitura"), ("enviado", None)
    ]  # fmt: skip
