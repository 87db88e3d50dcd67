"""A lot of stored documents: exact texts, incremental, sent like any other; what of the store is at Questor."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from conftest import Configure
from sqlalchemy import delete, update
from support.guardados import CNPJ, company, keep
from support.questor import TOKEN, files, states
from support.questor import account as settings_of

from core.clock import SYSTEM
from core.documentos.files import NotRead
from core.errors import NotFound, UsageError
from flows.documentos.acervo import Acervo
from flows.questor import lots, send, starting, views
from flows.questor.scan import Varredura, scan
from flows.questor.sources import of_folder, of_store
from flows.questor.stored import StoredView, acervo
from sandbox.documentos.comum import DESTINATARIO
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.cupons import cupom, lote
from sandbox.documentos.eventos import evento, resumo_de_evento
from sandbox.documentos.notas import nota
from sandbox.questor import QuestorServer
from storage.models.documentos import Documento
from storage.models.questor import QuestorArquivo, QuestorLote
from storage.session import transaction

NAME = f"acervo-{CNPJ}"
FEBRUARY = datetime.fromisoformat("2026-02-03T09:00:00-03:00")


@pytest.fixture
def empresa(banco: str) -> int:
    return company()


@pytest.fixture
def server(configure: Configure, empresa: int) -> Iterator[QuestorServer]:
    with QuestorServer(TOKEN) as running:
        configure(**settings_of(running.url))
        yield running


def scanned(mes: str | None = None) -> Varredura:
    return scan(of_store(CNPJ, mes=mes))


def sent(nome: str = NAME) -> int:
    lote_id = starting.start(nome)
    while send.send_chunk(lote_id).mais:
        pass
    return lote_id


def test_stored_documents_are_sent_in_their_exact_texts(empresa: int, server: QuestorServer) -> None:
    note, cte, coupons = nota(1), conhecimento(2), [cupom(3), cupom(4)]
    keep(empresa, note.xml, evento(note), cte.xml, lote(*coupons))
    found = scanned()
    assert (found.lote, found.arquivos, found.estados) == (NAME, 5, {"pendente": 5})
    assert states(sent()) == {"enviado": 5}
    assert note.texto in {one.texto for one in server.guardados.values()}
    assert {one.chave for one in server.guardados.values()} == {note.chave, cte.chave, *(one.chave for one in coupons)}


def test_a_second_scan_reads_only_what_is_new(empresa: int, server: QuestorServer) -> None:
    keep(empresa, nota(1).xml, nota(2).xml)
    assert (scanned().lidos, states(sent())) == (2, {"enviado": 2})
    keep(empresa, nota(3).xml)
    again = scanned()
    assert (again.lidos, again.estados) == (1, {"enviado": 2, "pendente": 1})
    assert states(sent()) == {"enviado": 3}
    assert server.posts[nota(1).chave] == 1


def test_a_text_that_got_its_protocol_is_sent_then(empresa: int, server: QuestorServer) -> None:
    keep(empresa, nota(1, status=None).xml)
    assert scanned().estados == {"quarentena": 1}
    keep(empresa, nota(1).xml)
    assert scanned().estados == {"pendente": 1}
    assert states(sent()) == {"enviado": 1}


def test_a_cancelled_note_goes_with_its_event_and_a_summary_does_not(empresa: int, banco: str) -> None:
    note, other = nota(1), nota(2)
    keep(empresa, note.xml, evento(note), evento(note, "110110"), other.xml, resumo_de_evento(other))
    scanned()
    (lote_view,) = views.listar()
    assert {(row.tipo, row.caminho.partition("/")[0], row.estado) for row in files(lote_view.id)} >= {
        ("nfe", "nfe", "pendente"),
        ("nfe_evento", "eventos", "pendente"),
    }
    assert sum(row.tipo == "nfe_evento" and row.estado == "pendente" for row in files(lote_view.id)) == 2


def test_a_month_is_a_lot_of_its_own(empresa: int) -> None:
    old, new = nota(1), nota(2, quando=FEBRUARY)
    keep(empresa, old.xml, new.xml, evento(old, quando=FEBRUARY), evento(new))
    assert (scanned("2026-01").lote, scanned("2026-01").arquivos) == (f"{NAME}-2026-01", 2)
    january, everything = views.listar().itens[0], scanned()
    assert (everything.arquivos, january.empresa, january.mes, january.pasta) == (
        4,
        "11.222.333/0001-81",
        "2026-01",
        "",
    )
    assert {row.identidade.partition(":")[0] for row in files(january.id) if row.identidade} == {old.chave}


def test_a_lot_has_one_origin(empresa: int, tmp_path: object) -> None:
    scanned()
    with pytest.raises(UsageError, match="é do acervo"):
        scan(of_folder(str(tmp_path)), NAME)
    with pytest.raises(UsageError, match="é do acervo"):
        scan(of_store(CNPJ, mes="2026-01"), NAME)


@pytest.mark.parametrize("mes", ["2026-13", "janeiro", "2026", "2026-1"])
def test_a_month_that_is_none_is_told(empresa: int, mes: str) -> None:
    with pytest.raises(UsageError, match="Mês"):
        of_store(CNPJ, mes=mes)


def test_a_company_that_is_not_there_is_told(empresa: int) -> None:
    with pytest.raises(NotFound, match="não está cadastrada"):
        of_store("12.ABC.345/01DE-35")


def test_a_text_that_is_gone_is_not_sent(empresa: int, server: QuestorServer) -> None:
    keep(empresa, nota(1).xml, nota(2).xml)
    scanned()
    with transaction() as db:
        db.execute(update(Documento).where(Documento.numero == 1).values(xml_id=None))
    assert states(sent()) == {"enviado": 1, "quarentena": 1}
    assert scanned().estados == {"enviado": 1, "quarentena": 1}


def test_the_store_is_compared_with_what_lots_tell(empresa: int, server: QuestorServer) -> None:
    notes = [nota(number) for number in range(1, 5)]
    bare, late = nota(9, status=None), nota(10, quando=FEBRUARY)
    keep(empresa, *(one.xml for one in notes), bare.xml, late.xml, evento(notes[0]), cupom(7).xml)
    keep(company(DESTINATARIO.documento), nota(50).xml)
    scanned("2026-01")
    lote_id = lots.named(f"{NAME}-2026-01").id
    estados = {notes[0].chave: "enviado", notes[1].chave: "recusado", notes[2].chave: "desconhecido"}
    with transaction() as db:
        for chave, estado in estados.items():
            db.execute(update(QuestorArquivo).where(QuestorArquivo.identidade == chave).values(estado=estado))
        db.execute(delete(QuestorArquivo).where(QuestorArquivo.identidade == notes[3].chave))
    assert lote_id
    assert acervo(CNPJ) == (
        StoredView("2026-02", "nfe", 1, 0, 0, 0, 0, 1),
        StoredView("2026-01", "nfe", 5, 1, 1, 1, 1, 1),
        StoredView("2026-01", "evento", 1, 0, 0, 1, 0, 0),
        StoredView("2026-01", "cfe", 1, 0, 0, 1, 0, 0),
    )
    assert [one.mes for one in acervo(CNPJ, mes="2026-02")] == ["2026-02"]
    assert [one.faltam for one in acervo(CNPJ, conta="outra")] == [1, 5, 1, 1]


def test_a_document_that_a_folder_brought_to_questor_is_there(empresa: int, tmp_path: object) -> None:
    keep(empresa, nota(1).xml)
    (folder := tmp_path / "xml").mkdir()  # type: ignore[operator]
    (folder / "a.xml").write_bytes(nota(1).xml)
    scan(of_folder(str(folder)))
    with transaction() as db:
        db.execute(update(QuestorArquivo).values(estado="enviado"))
    assert [(one.enviados, one.faltam) for one in acervo(CNPJ)] == [(1, 0)]


def test_what_is_known_of_the_store_is_not_forgotten(empresa: int) -> None:
    scanned()
    with transaction() as db:
        db.execute(update(QuestorLote).values(concluido_em=SYSTEM.now() - timedelta(days=4000)))
    assert lots.old(SYSTEM.now()) == []


def test_there_is_nothing_of_an_empty_store(empresa: int) -> None:
    assert (scanned().arquivos, acervo(CNPJ)) == (0, ())


def test_texts_are_read_together_in_the_order_in_which_they_are_met(
    empresa: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.documentos.acervo.PAGE", 3)
    monkeypatch.setattr("flows.documentos.acervo.AHEAD", 2)
    notes = [nota(number) for number in range(1, 12)]
    keep(empresa, *(one.xml for one in notes), evento(notes[0]))
    store = Acervo(empresa, None, 10**7)
    met = [found.caminho for found in store.walk()]
    assert len(met) == 12
    # forwards, backwards, and one again: what was met long ago is looked up by itself
    for path in (*met, *reversed(met), met[4]):
        assert store.content(path, codificado=False)
    assert [store.content(f"nfe/{one.chave}.xml", codificado=False) for one in notes] == [one.xml for one in notes]
    for path in ("nfe/" + "1" * 44 + ".xml", "eventos/" + "1" * 44 + "-110111-1.xml"):
        with pytest.raises(NotRead):
            store.content(path, codificado=False)
