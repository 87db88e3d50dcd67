"""Folders, files and archives become documents, and each file has its row that says what became of it."""

import json
import os
import zipfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from support.fiscal import company, documents, told, user

from claims.holder import SEPARATOR, host
from core import stopping
from core.clock import SYSTEM, FixedClock
from core.documentos.folder import walk
from core.errors import NotFound, UsageError
from flows.documentos.asking import owed, pedir, to_advance
from flows.documentos.importing import Tally, import_chunk, importar
from flows.documentos.logs import Linha
from flows.documentos.receiving import importar_bytes
from sandbox.documentos import cupons, eventos, notas
from sandbox.documentos.comum import EMITENTE
from storage.models.documentos import Documento
from storage.models.eventos import Event
from storage.models.importacoes import Importacao, ImportLog
from storage.session import reading, transaction

pytestmark = pytest.mark.usefixtures("banco")


def logs() -> list[ImportLog]:
    with reading() as db:
        return list(db.scalars(select(ImportLog).order_by(ImportLog.arquivo_nome, ImportLog.parte)))


def by_name() -> dict[str, tuple[str, str | None]]:
    return {f"{one.arquivo_nome}#{one.parte}": (one.status, one.mensagem) for one in logs()}


def run(caminho: Path, usuario: str | None = None, empresa: str | None = None) -> Tally:
    (number,) = pedir([str(caminho)], usuario, empresa)
    return import_chunk(number)


def write(folder: Path, amount: int, start: int = 1) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(start, start + amount):
        (folder / f"{number:04d}.xml").write_bytes(notas.nota(number).xml)


def test_a_folder_of_everything_has_an_outcome_for_every_file(tmp_path: Path) -> None:
    folder, one = tmp_path / "xml", notas.nota(1)
    write(folder / "sub", 2)
    (folder / "evento.xml").write_bytes(eventos.evento(one))
    (folder / "vazio.xml").write_bytes(b"")
    (folder / "pagina.xml").write_bytes(b"<html/>")
    (folder / "texto.txt").write_bytes(b"not looked at")
    (folder / "link.xml").symlink_to(folder / "vazio.xml")
    with zipfile.ZipFile(folder / "resto.zip", "w") as archive:
        archive.writestr("tres.xml", notas.nota(3).xml)
        archive.writestr("../fora.xml", notas.nota(1).xml)
        archive.writestr("outro.zip", b"PK")
    user("ana")
    tally = run(folder, "ana")
    found = by_name()
    assert {name: status for name, (status, _) in found.items()} == {
        "sub/0001.xml#0": "sucesso",
        "sub/0002.xml#0": "sucesso",
        "evento.xml#0": "sucesso",
        "vazio.xml#0": "erro",
        "pagina.xml#0": "erro",
        "resto.zip!/tres.xml#0": "sucesso",
        "resto.zip!/../fora.xml#0": "sucesso",
        "resto.zip!/outro.zip#0": "erro",
    }
    assert found["vazio.xml#0"][1] == "o arquivo está vazio"
    assert (tally.novos, tally.repetidos, tally.erros, tally.mais) == (4, 1, 3, False)
    assert Counter(told()) == {"nfe_importada": 3, "erro_importacao": 3, "documento_atualizado": 1}
    with reading() as db:
        assert db.scalars(select(Importacao.concluida_em)).one() is not None


def test_an_archive_without_documents_is_told(tmp_path: Path) -> None:
    path = tmp_path / "fotos.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("foto.jpg", b"x")
        packed.writestr("__MACOSX/._nota.xml", b"x")
        packed.mkdir("pasta")
    (number,) = pedir([str(path)])
    lines: list[Linha] = []
    importar(number, show=lines.append)
    lines += importar_bytes("fotos.zip", path.read_bytes())
    assert [(one.arquivo, one.mensagem) for one in lines] == [("fotos.zip", "o ZIP não traz nenhum XML")] * 2
    # in a folder it is one of the many files that are none of ours
    assert all(one.ignorar for one in walk(str(tmp_path).encode(), 1000))


@pytest.mark.parametrize(
    ("nome", "known"),
    [("a\0b.xml", "a?b.xml"), ("a\ud800.xml", "a?.xml"), ("\udcff", "?"), ("nota é.xml", "nota é.xml")],
)
def test_a_name_that_no_database_takes_costs_no_document(nome: str, known: str) -> None:
    (line,) = importar_bytes(nome, notas.nota(1).xml)
    assert (line.status, line.arquivo) == ("sucesso", known)


def test_a_file_or_archive_can_be_named_itself(tmp_path: Path) -> None:
    single, archive = tmp_path / "nota.txt", tmp_path / "duas.zip"
    single.write_bytes(notas.nota(1).xml)
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a/dois.xml", notas.nota(2).xml)
    numbers = pedir([str(single), str(archive)])
    for number in numbers:
        assert import_chunk(number).novos == 1
    assert sorted(by_name()) == ["duas.zip!/a/dois.xml#0", "nota.txt#0"]


def test_a_lot_with_one_bad_note_costs_that_note(tmp_path: Path) -> None:
    lot = notas.enviada(notas.nota(1, status=None), notas.nota(2, status=None), notas.nota(3, status=None))
    broken = lot.replace(notas.nota(2).chave.encode(), b"x" * 44)
    (tmp_path / "lote.xml").write_bytes(broken)
    user("ana")
    run(tmp_path / "lote.xml", "ana")
    assert [(one.parte, one.status) for one in logs()] == [(0, "sucesso"), (2, "erro"), (3, "sucesso")]
    assert told().count("erro_importacao") == 1
    assert [one.situacao for one in documents()] == ["sem_protocolo"] * 2


def test_a_lot_larger_than_a_transaction_is_stored_whole_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.documentos.opening.DOCUMENTS", 7)
    (tmp_path / "lote.xml").write_bytes(cupons.lote(*(cupons.cupom(number) for number in range(1, 31))))
    write(tmp_path / "mais", 10)
    run(tmp_path)
    assert [one.parte for one in logs() if one.arquivo_nome == "lote.xml"] == [0, *range(2, 31)]
    assert Counter(one.especie for one in documents()) == {"cfe": 30, "nfe": 10}
    tally = run(tmp_path)
    assert (tally.novos, tally.repetidos) == (0, 40)


def test_a_file_that_vanishes_before_it_is_read_has_a_sentence(tmp_path: Path) -> None:
    write(tmp_path / "xml", 2)
    (number,) = pedir([str(tmp_path / "xml")])
    stopping.ask_to_stop()
    try:
        import_chunk(number)
    finally:
        stopping.reset()
    (tmp_path / "xml" / "0001.xml").unlink()
    import_chunk(number)
    assert by_name() == {
        "0001.xml#0": ("erro", "o arquivo não pôde ser lido"),
        "0002.xml#0": ("sucesso", "importado"),
    }


def test_a_path_that_goes_after_it_was_asked_for_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "nota.xml").write_bytes(b"<x/>")
    (number,) = pedir([str(tmp_path / "nota.xml")])
    (tmp_path / "nota.xml").unlink()
    import_chunk(number)
    assert by_name() == {"nota.xml#0": ("erro", "o arquivo não existe mais")}


def refuse(numero: int) -> None:
    """Let the database itself refuse documents of a number."""
    with transaction() as db:
        if db.get_bind().dialect.name == "postgresql":
            db.execute(text(f"ALTER TABLE documento ADD CONSTRAINT recusa CHECK (numero <> {numero})"))
        else:
            body = f"WHEN NEW.numero = {numero} BEGIN SELECT RAISE(ABORT, 'recusa'); END"
            db.execute(text(f"CREATE TRIGGER recusa BEFORE INSERT ON documento {body}"))


def test_what_cannot_be_stored_costs_itself_alone(tmp_path: Path) -> None:
    refuse(99)
    write(tmp_path / "xml", 20)
    (tmp_path / "xml" / "0007-ruim.xml").write_bytes(notas.nota(99).xml)
    lot = notas.enviada(*(notas.nota(number, status=None) for number in (98, 99, 100)))
    (tmp_path / "xml" / "lote.xml").write_bytes(lot)
    tally = run(tmp_path / "xml")
    bad = [(one.arquivo_nome, one.parte, one.chave_acesso) for one in logs() if one.status == "erro"]
    assert bad == [("0007-ruim.xml", 0, notas.nota(99).chave), ("lote.xml", 2, notas.nota(99).chave)]
    assert (tally.novos, tally.erros, tally.mais) == (22, 2, False)


def test_a_walk_that_broke_off_begins_again_without_a_row_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.documentos.walking.BATCH", 2)
    write(tmp_path, 5)
    (tmp_path / "vazio.zip").write_bytes(b"")
    user("ana")
    (number,) = pedir([str(tmp_path)], "ana")
    stopping.ask_to_stop()
    try:
        import_chunk(number)
    finally:
        stopping.reset()
    assert 0 < len(logs()) < 6
    import_chunk(number)
    assert len(logs()) == 6
    assert told().count("erro_importacao") == 1


def test_what_a_dead_process_held_is_taken_up_again(tmp_path: Path) -> None:
    write(tmp_path, 3)
    (number,) = pedir([str(tmp_path)])
    stopping.ask_to_stop()
    try:
        import_chunk(number)
    finally:
        stopping.reset()
    dead = SEPARATOR.join((host(), "999999999", "1", "morto"))
    later = FixedClock(SYSTEM.now())
    later.advance(3600)
    with transaction() as db:
        db.execute(update(ImportLog).values(lease_token=dead, due_at=later.now()))
        db.execute(update(Importacao).values(lease_token=dead, due_at=later.now()))
    assert import_chunk(number).novos == 3


def test_what_was_asked_for_while_a_clock_was_ahead_is_imported_today(tmp_path: Path) -> None:
    write(tmp_path / "xml", 1)
    (number,) = pedir([str(tmp_path / "xml")], clock=FixedClock(SYSTEM.now() + timedelta(days=1500)))
    assert owed(10) == []
    assert to_advance(10) == [number]
    assert import_chunk(number).sucessos == 1


def test_only_requests_on_which_nobody_works_are_owed(tmp_path: Path) -> None:
    write(tmp_path, 2)
    first, second = pedir([str(tmp_path), str(tmp_path)])
    assert owed(10) == [first, second]
    import_chunk(first)
    assert owed(10) == [second]
    clock = FixedClock(SYSTEM.now())
    clock.advance(60)
    with transaction() as db:
        db.execute(update(Importacao).values(lease_token="somebody", due_at=clock.now()))
    assert owed(10) == []
    clock.advance(1)
    assert owed(10, clock) == [second]


def test_a_large_request_is_worked_on_by_two_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.documentos.asking.CLAIM", 3)
    write(tmp_path, 10)
    (number,) = pedir([str(tmp_path)])
    stopping.ask_to_stop()
    try:
        import_chunk(number)
    finally:
        stopping.reset()
    now = SYSTEM.now()
    found = []
    for held in (3, 6, 10):
        with transaction() as db:
            ids = db.scalars(select(ImportLog.id).order_by(ImportLog.id).limit(held)).all()
            values = {"lease_token": "somebody", "due_at": now + timedelta(minutes=1)}
            db.execute(update(ImportLog).where(ImportLog.id.in_(ids)).values(values))
            db.execute(update(Importacao).values(lida_em=now))
        found.append(owed(10))
    assert found == [[number], [], []]


def test_an_import_here_tells_every_outcome_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.documentos.importing.CLAIM", 3)
    write(tmp_path, 10)
    (tmp_path / "lote.xml").write_bytes(notas.enviada(notas.nota(50, status=None), notas.nota(51, status=None)))
    (number,) = pedir([str(tmp_path)])
    lines: list[Linha] = []
    tally = importar(number, show=lines.append)
    assert (tally.novos, tally.mais) == (12, False)
    assert len(lines) == 12
    assert {line.arquivo for line in lines} >= {"0001.xml", "lote.xml#1", "lote.xml#2"}
    assert all(line.conteudo is not None and line.tipo == "NFe" for line in lines)


def test_whoever_is_shown_and_goes_away_costs_no_document(tmp_path: Path) -> None:
    write(tmp_path, 5)
    (number,) = pedir([str(tmp_path)])

    def gone(line: Linha) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        importar(number, show=gone)
    assert {one.status for one in logs()} == {"sucesso"}
    assert importar(number).mais is False
    assert len(documents()) == 5


def test_a_request_that_is_imported_here_is_left_alone_by_others(tmp_path: Path) -> None:
    write(tmp_path, 3)
    (number,) = pedir([str(tmp_path)])
    seen: list[list[int]] = []
    importar(number, show=lambda line: seen.append(owed(10)))
    assert seen == [[]] * 3


def test_whose_documents_are_is_said_by_name_and_cnpj(tmp_path: Path) -> None:
    write(tmp_path, 1)
    mine = company(user("ana"), EMITENTE.documento)
    run(tmp_path, empresa=EMITENTE.documento)
    with reading() as db:
        assert db.scalars(select(Documento.empresa_id)).one() == mine
        assert db.scalars(select(ImportLog.empresa_id)).one() == mine


@pytest.mark.parametrize(
    ("usuario", "empresa", "fault"),
    [("zé", None, NotFound), (None, "123", UsageError), (None, "00.000.000/0001-91", NotFound)],
)
def test_who_is_not_there_owns_nothing(tmp_path: Path, usuario: str | None, empresa: str | None, fault: type) -> None:
    with pytest.raises(fault):
        pedir([str(tmp_path)], usuario, empresa)


def test_a_company_of_several_users_needs_the_user(tmp_path: Path) -> None:
    company(user("ana"), EMITENTE.documento)
    company(user("bia"), EMITENTE.documento)
    with pytest.raises(UsageError, match="diga também o usuário"):
        pedir([str(tmp_path)], None, EMITENTE.documento)
    assert pedir([str(tmp_path)], "bia", EMITENTE.documento)


@pytest.mark.parametrize("caminho", ["nada.xml", os.fsdecode(b"\xff.xml")])
def test_a_path_that_is_not_there_is_refused(caminho: str) -> None:
    with pytest.raises(UsageError):
        pedir([caminho])


def test_a_failure_is_told_with_old_and_new_names(tmp_path: Path) -> None:
    (tmp_path / "ruim.xml").write_bytes(b"<nfeProc")
    user("ana")
    run(tmp_path, "ana")
    with reading() as db:
        dados = json.loads(db.scalars(select(Event.corpo)).one())["dados"]
        log = db.scalars(select(ImportLog)).one()
    assert dados["arquivo"] == dados["arquivo_nome"] == "ruim.xml"
    assert dados["erro"] == dados["mensagem"] == log.mensagem
    assert dados["timestamp"] == dados["data_importacao"] == log.data_importacao.isoformat()


def test_bytes_that_are_handed_over_are_stored_and_noted(tmp_path: Path) -> None:
    ana = user("ana")
    (line,) = importar_bytes("nota.xml", notas.nota(1).xml, ana)
    assert (line.arquivo, line.status, line.mensagem) == ("nota.xml", "sucesso", "importado")
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b.xml", notas.nota(2).xml)
        archive.writestr("c.xml", b"<html/>")
    lines = importar_bytes("envio.zip", path.read_bytes(), ana)
    assert [(one.arquivo, one.status) for one in lines] == [
        ("envio.zip!/b.xml", "sucesso"),
        ("envio.zip!/c.xml", "erro"),
    ]
    lot = notas.enviada(notas.nota(3, status=None), notas.nota(4, status=None))
    assert [one.arquivo for one in importar_bytes("lote.xml", lot, ana)] == ["lote.xml#1", "lote.xml#2"]
    assert [one.status for one in importar_bytes("", b"", ana)] == ["erro"]
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(ImportLog).where(ImportLog.usuario_id == ana)) == 6
    assert told().count("erro_importacao") == 2
