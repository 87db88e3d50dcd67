"""The manifest of a lot: whose document a file is, what of it is kept, and which files are looked at again."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update
from support.questor import files

from core.clock import FixedClock
from core.documentos.files import NotRead
from core.documentos.folder import Found
from core.documentos.raizes import Acao, Leitura
from core.settings.questor import DEFAULT_METHODS
from flows.questor.manifest import FILES, MESSAGE_LIMIT, PLACE, Manifest, New, RowsMet, _is_other
from sandbox.questor.documentos import documento
from storage.models.questor import Estado, QuestorArquivo, QuestorLote
from storage.session import reading, transaction

NOW = datetime(2026, 11, 23, 22, tzinfo=UTC)
ONE, TWO = documento("nfe", 1), documento("nfe", 2)


@pytest.mark.parametrize("number", [0, 7, 8, 8191, 8192, 10**6])
def test_a_row_that_was_met_is_known_and_its_neighbours_are_not(number: int) -> None:
    met = RowsMet()
    assert number not in met
    met.add(number)
    assert [one in met for one in (number, number + 1, number + 8)] == [True, False, False]
    assert number == 0 or number - 1 not in met


def test_a_row_met_earlier_stays_so_when_a_far_one_comes() -> None:
    met = RowsMet()
    for number in (3, 100_000, 4):
        met.add(number)
    assert [number for number in (*range(8), 99_999, 100_000) if number in met] == [3, 4, 100_000]


def row(**said: Any) -> Any:
    usual = {"id": 1, "estado": "enviado", "tipo": "nfe", "identidade": "a", "sha256": "x", "motivo": None}
    file = {"tamanho": 10, "mtime_ns": 5, "held": False}
    return SimpleNamespace(**(usual | file | said))


def found(caminho: str = "a.xml", **said: Any) -> Found:
    return Found(**({"caminho": caminho, "codificado": False, "tamanho": 10, "mtime_ns": 5} | said))


@pytest.mark.parametrize(
    ("said", "keeps"),
    [
        (None, False),
        ({"estado": "enviado"}, True),
        ({"estado": "enviado", "sha256": "antes"}, True),
        ({"estado": "pendente", "sha256": "antes"}, True),
        ({"estado": "desconhecido", "sha256": "antes"}, True),
        ({"estado": "recusado"}, True),
        ({"estado": "recusado", "sha256": "antes"}, False),
        ({"estado": "duplicado"}, False),
        ({"estado": "ignorado"}, False),
        ({"estado": "quarentena"}, False),
        ({"identidade": "b"}, False),
        ({"tipo": "nfce"}, False),
    ],
)
def test_the_same_document_keeps_its_outcome_but_for_a_refused_text_that_was_mended(
    said: Mapping[str, Any] | None, keeps: bool
) -> None:
    new = New(found(), "x", Leitura(Acao.IMPORTAR, "nfe", "a"), None if said is None else row(**said))
    assert new.keeps_its_outcome == keeps


@pytest.mark.parametrize(
    ("rows", "now", "again"),
    [
        ([{}], {}, False),
        ([{}], {"tamanho": 11}, True),
        ([{}], {"mtime_ns": 4}, True),
        ([{}, {"mtime_ns": 4}], {}, True),
        ([{"motivo": "sumiu"}], {}, True),
        ([{"motivo": "sem_metodo"}], {}, True),
        ([{"motivo": "chave_invalida"}], {}, False),
        ([{"held": True}], {"tamanho": 11}, False),
        ([{}, {"held": True}], {"tamanho": 11}, False),
        ([{}], {"tamanho": 0, "fechado": True}, False),
        ([{"identidade": None}], {"tamanho": 0, "fechado": True}, True),
    ],
)
def test_a_file_is_looked_at_again_when_it_changed_or_may_be_judged_otherwise_now(
    rows: list[dict[str, Any]], now: dict[str, Any], again: bool
) -> None:
    """What is being sent of it is left alone, and so is what nobody could look at."""
    assert _is_other([row(**one) for one in rows], found(**now)) == again


class Drawer:
    """Texts by their path."""

    def __init__(self) -> None:
        self.texts, self.read = dict[str, bytes](), list[str]()

    def put(self, caminho: str, texto: str, mtime_ns: int = 5) -> Found:
        self.texts[caminho] = texto.encode()
        return found(caminho, tamanho=len(self.texts[caminho]), mtime_ns=mtime_ns)

    def content(self, caminho: str, *, codificado: bool) -> bytes:
        self.read.append(caminho)
        if caminho not in self.texts:
            raise NotRead("ilegivel", "não deixa ler")
        return self.texts[caminho]

    def walk(self) -> Any:
        return iter(())

    def close(self) -> None:
        """Have nothing to close."""


@pytest.fixture
def lote(sqlite: str) -> QuestorLote:
    with transaction() as db:
        made = QuestorLote(conta="padrao", nome="lote", pasta="/x", criado_em=NOW)
        db.add(made)
    return made


@pytest.fixture
def drawer() -> Drawer:
    return Drawer()


def scan(lote: QuestorLote, drawer: Drawer, *batches: list[Found], methods: Mapping[str, str] = DEFAULT_METHODS) -> Any:
    """Bring the manifest to these files, batch after batch; return it."""
    manifest = Manifest(lote, drawer, methods, FixedClock(NOW))
    for batch in batches:
        manifest.take(batch)
    return manifest


def lines(lote: QuestorLote) -> dict[str, tuple[str, str | None]]:
    return {one.caminho: (one.estado, one.motivo) for one in files(lote.id)}


def become(caminho: str, **values: Any) -> None:
    with transaction() as db:
        db.execute(update(QuestorArquivo).where(QuestorArquivo.caminho == caminho).values(**values))


def test_the_first_file_of_a_document_has_it_and_the_others_name_that_file(lote: QuestorLote, drawer: Drawer) -> None:
    batch = [drawer.put("a.xml", ONE.texto), drawer.put("b.xml", ONE.texto), drawer.put("c.xml", TWO.texto)]
    scan(lote, drawer, batch, [drawer.put("d.xml", f"{ONE.texto}\n")])
    first, _, second, later = files(lote.id)
    assert lines(lote) == {
        "a.xml": ("pendente", None),
        "b.xml": ("duplicado", None),
        "c.xml": ("pendente", None),
        "d.xml": ("duplicado", None),
    }
    assert (second.original_id, later.original_id) == (first.id, first.id)
    assert (second.mensagem, second.identidade) == ("mesmo documento que a.xml", ONE.identidade)
    assert (first.sha256, first.due_at) == (hashlib.sha256(ONE.texto.encode()).hexdigest(), NOW)


@pytest.mark.parametrize(
    ("owner", "copy"),
    [("enviado", "duplicado"), ("desconhecido", "duplicado"), ("recusado", "pendente"), ("quarentena", "pendente")],
)
def test_another_text_of_a_document_is_sent_where_the_first_was_refused_or_is_none(
    lote: QuestorLote, drawer: Drawer, owner: str, copy: str
) -> None:
    scan(lote, drawer, [drawer.put("a.xml", ONE.texto)])
    become("a.xml", estado=owner)
    scan(lote, drawer, [drawer.put("b.xml", f"{ONE.texto}\n")])
    assert lines(lote)["b.xml"][0] == copy


def test_the_very_text_that_was_refused_is_not_sent_again_from_another_file(lote: QuestorLote, drawer: Drawer) -> None:
    scan(lote, drawer, [drawer.put("a.xml", ONE.texto)])
    become("a.xml", estado="recusado")
    scan(lote, drawer, [drawer.put("b.xml", ONE.texto)])
    assert lines(lote)["b.xml"][0] == Estado.DUPLICADO


@pytest.mark.parametrize("methods", [{}, {"nfe": ""}, {"cte": "importarxmlctearray"}])
def test_a_kind_without_a_method_waits_for_one(lote: QuestorLote, drawer: Drawer, methods: dict[str, str]) -> None:
    batch = [drawer.put("a.xml", ONE.texto)]
    scan(lote, drawer, batch, methods=methods)
    assert lines(lote) == {"a.xml": ("quarentena", "sem_metodo")}
    scan(lote, drawer, batch)
    assert lines(lote) == {"a.xml": ("pendente", None)}


def test_a_file_that_is_met_twice_in_one_walk_has_one_line(lote: QuestorLote, drawer: Drawer) -> None:
    batch = [drawer.put("a.xml", ONE.texto), drawer.put("a.xml", ONE.texto)]
    assert scan(lote, drawer, batch).read == 1
    assert lines(lote) == {"a.xml": ("pendente", None)}


def test_a_file_as_it_was_is_not_read_again(lote: QuestorLote, drawer: Drawer) -> None:
    same, other = drawer.put("a.xml", ONE.texto), drawer.put("b.xml", TWO.texto)
    scan(lote, drawer, [same, other])
    drawer.read.clear()
    again = scan(lote, drawer, [same, drawer.put("b.xml", TWO.texto, mtime_ns=6)])
    assert (drawer.read, again.read) == (["b.xml"], 1)
    assert [one.id in again.met for one in files(lote.id)] == [True, True]


SENT = {"estado": "enviado", "http": 200, "tentativas": 3, "repeticoes": 2, "erros": 1}


def test_a_document_whose_bytes_changed_keeps_what_became_of_it(lote: QuestorLote, drawer: Drawer) -> None:
    scan(lote, drawer, [drawer.put("a.xml", ONE.texto)])
    become("a.xml", **SENT)
    scan(lote, drawer, [drawer.put("a.xml", f"{ONE.texto}\n")])
    (one,) = files(lote.id)
    assert {name: getattr(one, name) for name in SENT} == SENT
    assert one.sha256 == hashlib.sha256(f"{ONE.texto}\n".encode()).hexdigest()


def test_another_document_in_the_same_file_starts_anew(lote: QuestorLote, drawer: Drawer) -> None:
    scan(lote, drawer, [drawer.put("a.xml", ONE.texto)])
    become("a.xml", **SENT)
    scan(lote, drawer, [drawer.put("a.xml", TWO.texto, mtime_ns=6)])
    (one,) = files(lote.id)
    assert (one.estado, one.identidade, one.http) == ("pendente", TWO.identidade, None)
    assert (one.tentativas, one.repeticoes, one.erros) == (0, 0, 0)


def test_what_is_being_sent_of_a_file_that_changed_stays_as_it_is(lote: QuestorLote, drawer: Drawer) -> None:
    scan(lote, drawer, [drawer.put("a.xml", ONE.texto)])
    become("a.xml", estado="desconhecido", lease_token="outro|1|1|x")
    again = scan(lote, drawer, [drawer.put("a.xml", TWO.texto, mtime_ns=6)])
    (one,) = files(lote.id)
    assert (again.read, one.identidade, one.estado) == (0, ONE.identidade, "desconhecido")
    assert one.id in again.met


def test_a_long_path_is_told_as_far_as_there_is_room(lote: QuestorLote, drawer: Drawer) -> None:
    long = f"{'pasta/' * 120}a.xml"
    scan(lote, drawer, [drawer.put(long, ONE.texto), drawer.put("b.xml", ONE.texto)])
    _, copy = files(lote.id)
    assert copy.mensagem == f"mesmo documento que {long}"[:MESSAGE_LIMIT]


def test_a_file_that_nobody_can_read_costs_only_itself(lote: QuestorLote, drawer: Drawer) -> None:
    manifest = scan(lote, drawer, [found("fechado.xml"), drawer.put("a.xml", ONE.texto)])
    assert lines(lote) == {"fechado.xml": ("quarentena", "ilegivel"), "a.xml": ("pendente", None)}
    assert manifest.read == 2


def test_what_was_not_met_is_gone_but_for_what_stands_where_nobody_could_look(
    lote: QuestorLote, drawer: Drawer
) -> None:
    batch = [drawer.put(caminho, documento("nfe", at).texto) for at, caminho in enumerate(("a", "b", "fechada/c"), 1)]
    scan(lote, drawer, batch)
    closed = found("fechada/", motivo="pasta_ilegivel", fechado=True)
    manifest = scan(lote, drawer, [batch[0], closed])
    with reading() as db:
        rows = db.execute(select(*PLACE).where(FILES.c.lote_id == lote.id)).all()
    assert manifest.gone(rows) == [one.id for one in files(lote.id) if one.caminho == "b"]
