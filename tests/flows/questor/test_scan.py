"""Scan a folder: hostile trees, ZIPs, duplicates, what changed since; every file has its row."""

import json
import os
import random
import struct
import threading
import zipfile
from encodings import aliases
from pathlib import Path

import pytest
from conftest import Configure
from sqlalchemy import update
from support.questor import account, states

from core.clock import SYSTEM, FixedClock
from core.documentos import archive
from core.documentos.folder import PATH_LIMIT
from core.errors import Misconfigured, UsageError
from flows.questor import report, scan
from flows.questor.scan import varrer
from sandbox.questor.documentos import Documento, documento
from storage.models.questor import QuestorArquivo, QuestorLote
from storage.session import reading, transaction

CASOS = Path(__file__).parents[2] / "core/documentos/casos"
pytestmark = pytest.mark.usefixtures("banco")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "xml"
    made.mkdir()
    return made


def put(path: Path, made: Documento | str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = made.texto if isinstance(made, Documento) else made
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows(nome: str = "xml") -> dict[str, dict[str, object]]:
    lines = [json.loads(line) for line in report.relatorio(nome, "jsonl")]
    assert len({line["caminho"] for line in lines}) == len(lines)
    return {line["caminho"]: line for line in lines}


def seen(nome: str = "xml") -> dict[str, tuple[object, object]]:
    return {caminho: (line["estado"], line["motivo"]) for caminho, line in rows(nome).items()}


def test_every_kind_is_found_in_any_folder_with_either_ending(folder: Path) -> None:
    put(folder / "a.xml", documento("nfe", 1))
    put(folder / "2026" / "São João #1" / "B.XML", documento("cte", 2))
    put(folder / "pasta.xml" / "c.Xml", documento("cfe", 3))
    put(folder / "leia.txt", "nada")
    found = varrer(str(folder))
    assert (found.lote, found.arquivos, found.lidos, found.estados) == ("xml", 3, 3, {"pendente": 3})
    assert {name: line["tipo"] for name, line in rows().items()} == {
        "a.xml": "nfe", "2026/São João #1/B.XML": "cte", "pasta.xml/c.Xml": "cfe"
    }  # fmt: skip
    assert rows()["a.xml"]["identidade"] == documento("nfe", 1).chave


def test_a_hostile_tree_costs_only_its_hostile_files(folder: Path, tmp_path: Path) -> None:
    put(folder / "boa.xml", documento("nfe", 1))
    put(tmp_path / "fora.xml", documento("nfe", 2))
    (folder / "ligacao.xml").symlink_to(tmp_path / "fora.xml")
    (folder / "volta").symlink_to(folder)
    os.mkfifo(folder / "fila.xml")
    put(folder / "vazio.xml", b"")
    put(folder / "nulos.xml", bytes(100))
    put(folder / "entidade.xml", b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>")
    put(folder / "enorme.xml", b"x" * (5 * 1024 * 1024 + 1))
    Path(os.fsdecode(os.fsencode(folder) + b"/nota\xff%41.xml")).write_bytes(documento("nfe", 3).texto.encode())
    varrer(str(folder))
    assert seen() == {
        "boa.xml": ("pendente", None),
        "ligacao.xml": ("ignorado", "ligacao"),
        "volta/": ("ignorado", "ligacao"),
        "fila.xml": ("quarentena", "nao_e_arquivo"),
        "vazio.xml": ("quarentena", "vazio"),
        "nulos.xml": ("quarentena", "so_nulos"),
        "entidade.xml": ("quarentena", "doctype"),
        "enorme.xml": ("quarentena", "grande_demais"),
        "nota%FF%2541.xml": ("pendente", None),
    }


def test_a_folder_that_cannot_be_read_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder / "a.xml", documento("nfe", 1))
    put(folder / "fechada" / "b.xml", documento("nfe", 2))
    real = os.scandir

    def guarded(path: bytes | str) -> object:
        if os.fsencode(path).endswith(b"/fechada"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", guarded)
    varrer(str(folder))
    assert seen() == {"a.xml": ("pendente", None), "fechada/": ("quarentena", "pasta_ilegivel")}


def test_a_link_to_itself_costs_only_itself(folder: Path) -> None:
    for number in range(5):
        put(folder / f"{number}.xml", documento("nfe", number + 1))
        (folder / f"volta-{number}").symlink_to(f"volta-{number}")
    (folder / "volta.xml").symlink_to("volta.xml")
    assert varrer(str(folder)).estados == {"pendente": 5, "ignorado": 1}
    assert seen()["volta.xml"] == ("ignorado", "ligacao")


def test_numbers_that_no_database_takes_stop_no_scan(folder: Path) -> None:
    """A ZIP that claims a size of 64 bits, a date of the far future."""
    put(folder / "boa.xml", documento("nfe", 1))
    later = put(folder / "futuro.xml", documento("nfe", 2))
    os.utime(later, (10_000_000_000, 10_000_000_000))
    name, extra = b"a.xml", struct.pack("<HHQ", 1, 8, 2**64 - 1)
    head = (b"PK\x01\x02", 45, 45, 0, 0, 0, 0, 0, 3, 2**32 - 1, len(name), len(extra), 0, 0, 0, 0, 0)
    entry = struct.pack("<4s6H3L5H2L", *head) + name + extra
    put(folder / "a.zip", entry + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), 0, 0))
    varrer(str(folder))
    assert seen() == {
        "boa.xml": ("pendente", None), "futuro.xml": ("pendente", None), "a.zip!/a.xml": ("quarentena", "grande_demais")
    }  # fmt: skip
    assert varrer(str(folder)).lidos == 0


def test_a_name_of_a_member_that_no_index_takes_stops_no_scan(folder: Path) -> None:
    """Letters of several bytes that do not compress: an index of PostgreSQL takes 2,704 bytes."""
    letters = random.Random(7)
    name = "".join(chr(letters.randrange(0x4E00, 0x9FFF)) for _ in range(1500)) + ".xml"
    with zipfile.ZipFile(folder / "a.zip", "w") as made:
        made.writestr(name, documento("nfe", 1).texto)
        made.writestr("boa.xml", documento("nfe", 2).texto)
    varrer(str(folder))
    assert sorted(motivo or "" for _, motivo in seen().values()) == ["", "caminho_longo_demais"]
    assert seen()["a.zip!/boa.xml"] == ("pendente", None)


def test_a_path_of_any_length_has_a_row(folder: Path) -> None:
    deep, descriptor = b"/".join([b"x" * 250] * 10), os.open(folder, os.O_RDONLY)
    for _ in range(10):
        os.mkdir(b"x" * 250, dir_fd=descriptor)
        inner = os.open(b"x" * 250, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    for name in ("a.xml", "b.xml"):
        with os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT, dir_fd=descriptor), "wb") as file:
            file.write(documento("nfe", 1).texto.encode())
    os.close(descriptor)
    varrer(str(folder))
    assert len(deep) > PATH_LIMIT
    assert set(seen().values()) == {("quarentena", "caminho_longo_demais")}
    assert len(seen()) == 2


class TestZips:
    def test_members_are_found_and_their_texts_read(self, folder: Path) -> None:
        with zipfile.ZipFile(folder / "Lote 1.ZIP", "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("notas/a.xml", documento("nfe", 1).texto)
            made.writestr("ç.XML", documento("nfe", 2).texto)
            made.writestr("leia.txt", "nada")
            made.writestr("dentro.zip", b"PK")
            made.writestr("__MACOSX/notas/._a.xml", b"\x00\x05\x16\x07")
        varrer(str(folder))
        assert seen() == {
            "Lote 1.ZIP!/notas/a.xml": ("pendente", None),
            "Lote 1.ZIP!/ç.XML": ("pendente", None),
            "Lote 1.ZIP!/dentro.zip": ("quarentena", "zip_dentro_de_zip"),
            "Lote 1.ZIP!/__MACOSX/notas/._a.xml": ("ignorado", "sobra_do_macos"),
        }

    @pytest.mark.parametrize("content", [b"", b"nada", b"PK\x05\x06" + bytes(10), b"PK\x03\x04" + bytes(200)], ids=repr)
    def test_a_broken_zip_is_one_row(self, folder: Path, content: bytes) -> None:
        put(folder / "x.zip", content)
        varrer(str(folder))
        assert seen() == {"x.zip": ("quarentena", "zip_invalido")}

    def test_a_bomb_is_not_unpacked(self, folder: Path) -> None:
        with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("bomba.xml", b" " * 50_000_000)
        varrer(str(folder))
        assert seen() == {"x.zip!/bomba.xml": ("quarentena", "grande_demais")}

    def test_a_member_that_lies_about_its_size_is_cut_off(self, folder: Path) -> None:
        path = folder / "x.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            made.writestr("a.xml", b"<a>" + b" " * 20_000_000)
        raw = path.read_bytes()
        path.write_bytes(raw.replace((20_000_003).to_bytes(4, "little"), (100).to_bytes(4, "little")))
        varrer(str(folder))
        assert seen()["x.zip!/a.xml"][0] == "quarentena"

    def test_two_members_of_one_name_are_two_rows(self, folder: Path) -> None:
        with zipfile.ZipFile(folder / "x.zip", "w") as made:
            made.writestr("a.xml", documento("nfe", 1).texto)
            with pytest.warns(UserWarning, match="Duplicate"):
                made.writestr("a.xml", documento("nfe", 2).texto)
        varrer(str(folder))
        assert seen() == {"x.zip!/a.xml": ("pendente", None), "x.zip!/a.xml (1)": ("quarentena", "nome_repetido")}
        assert rows()["x.zip!/a.xml"]["identidade"] == documento("nfe", 2).identidade

    @pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_a_damaged_member_costs_only_itself(self, folder: Path, method: int) -> None:
        put(folder / "boa.xml", documento("nfe", 1))
        with zipfile.ZipFile(folder / "x.zip", "w", method) as made:
            made.writestr("a.xml", documento("nfe", 2, extra="x" * 500).texto)
        whole = (folder / "x.zip").read_bytes()
        for place in range(35, 120, 3):
            damaged = bytearray(whole)
            damaged[place] ^= 0xFF
            put(folder / f"{place}.zip", bytes(damaged))
        varrer(str(folder))
        assert seen()["boa.xml"] == ("pendente", None)
        # a byte that means nothing may be wrong, and then it is one more text of the same document
        assert seen()["x.zip!/a.xml"] in (("pendente", None), ("duplicado", None))
        assert len(seen()) == 2 + len(range(35, 120, 3))

    def test_a_folder_named_like_the_inside_of_a_zip_is_another_place(self, folder: Path) -> None:
        with zipfile.ZipFile(folder / "sub.zip", "w") as made:
            made.writestr("x.xml", documento("nfe", 5).texto)
        put(folder / "sub.zip!" / "x.xml", documento("nfe", 6))
        with zipfile.ZipFile(folder / "sub.zip!" / "r.zip", "w") as made:
            made.writestr("m.xml", documento("nfe", 7).texto)
        varrer(str(folder))
        assert {name: line["identidade"] for name, line in rows().items()} == {
            "sub.zip!/x.xml": documento("nfe", 5).identidade,
            "sub.zip%21/x.xml": documento("nfe", 6).identidade,
            "sub.zip%21/r.zip!/m.xml": documento("nfe", 7).identidade,
        }

    def test_the_line_of_a_broken_zip_goes_when_it_is_mended(self, folder: Path) -> None:
        put(folder / "x.zip", b"quebrado")
        varrer(str(folder))
        with zipfile.ZipFile(folder / "x.zip", "w") as made:
            made.writestr("a.xml", documento("nfe", 1).texto)
        varrer(str(folder))
        assert seen() == {"x.zip!/a.xml": ("pendente", None)}

    def test_a_zip_of_too_many_members_is_one_row(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(archive, "MOST_MEMBERS", 2)
        with zipfile.ZipFile(folder / "x.zip", "w") as made:
            for number in range(3):
                made.writestr(f"{number}.txt", "nada")
        varrer(str(folder))
        assert seen() == {"x.zip": ("quarentena", "zip_grande_demais")}

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("barra-so-no-diretorio", {"2025\\nota.xml", "boa.xml"}),
            ("nome-utf8-falso", {"n%E3%E3o.xml", "bom.xml"}),
            ("zip64-sentinelas-2-membros", {"a.xml", "b.xml"}),
        ],
    )
    def test_what_unzip_reads_is_read(self, folder: Path, name: str, expected: set[str]) -> None:
        put(folder / "x.zip", (CASOS / f"{name}.zip").read_bytes())
        varrer(str(folder))
        assert {caminho.removeprefix("x.zip!/") for caminho in rows()} == expected
        assert {estado for estado, _ in seen().values()} <= {"pendente", "duplicado"}
        assert {caminho for caminho, line in rows().items() if line["caminho_codificado"]} == {
            caminho for caminho in rows() if "%" in caminho
        }


class TestLotsOfCoupons:
    def test_each_coupon_has_a_row_and_none_is_read_twice(self, folder: Path) -> None:
        put(folder / "lote.xml", (CASOS / "lote-envCFe.xml").read_bytes())
        assert varrer(str(folder)).lidos == 1
        assert seen() == {"lote.xml#1": ("pendente", None), "lote.xml#2": ("pendente", None)}
        assert {line["tipo"] for line in rows().values()} == {"cfe"}
        assert varrer(str(folder)).lidos == 0
        assert len(rows()) == 2

    def test_a_lot_that_became_shorter_tells_what_went(self, folder: Path) -> None:
        first, second = documento("cfe", 1), documento("cfe", 2)
        put(folder / "lote.xml", f"<envCFe>{first.texto}{second.texto}</envCFe>")
        varrer(str(folder))
        put(folder / "lote.xml", f"<envCFe>{first.texto}</envCFe>")
        varrer(str(folder))
        assert seen() == {"lote.xml#1": ("pendente", None), "lote.xml#2": ("quarentena", "sumiu")}

    def test_a_coupon_that_lies_elsewhere_too_is_a_duplicate(self, folder: Path) -> None:
        one = documento("cfe", 1)
        put(folder / "lote.xml", f"<envCFe>{one.texto}{one.texto}</envCFe>")
        varrer(str(folder))
        put(folder / "sozinho.xml", one)
        varrer(str(folder))
        assert {caminho: estado for caminho, (estado, _) in seen().items()} == {
            "lote.xml#1": "pendente", "lote.xml#2": "duplicado", "sozinho.xml": "duplicado"
        }  # fmt: skip
        assert rows()["sozinho.xml"]["mensagem"] == "mesmo documento que lote.xml#1"


def test_no_label_of_an_encoding_stops_a_scan(folder: Path) -> None:
    labels = sorted({*aliases.aliases, *aliases.aliases.values(), "idna", "unicode_escape", "charmap", "x-nada"})
    for number, label in enumerate(labels):
        made = documento("nfe", number + 1, extra="S\xe3o \\u00e1").texto
        put(folder / f"{number}.xml", f'<?xml version="1.0" encoding="{label}"?>{made}')
    varrer(str(folder))
    assert set(seen().values()) == {("pendente", None)}
    assert len(seen()) == len(labels)


def test_names_are_shown_as_they_are(folder: Path) -> None:
    put(folder / "a%20b.xml", documento("nfe", 1))
    Path(os.fsdecode(os.fsencode(folder) + b"/c\xff%20.xml")).write_bytes(documento("nfe", 2).texto.encode())
    varrer(str(folder))
    assert {caminho: line["caminho_codificado"] for caminho, line in rows().items()} == {
        "a%20b.xml": False, "c%FF%2520.xml": True
    }  # fmt: skip


class TestDuplicates:
    def test_the_first_text_of_a_document_is_sent_and_the_others_point_to_it(self, folder: Path) -> None:
        made = documento("nfe", 1)
        for name in ("a", "b", "c"):
            put(folder / f"{name}.xml", made.texto.replace("><", ">\n<") if name == "c" else made)
        put(folder / "evento.xml", documento("nfe_evento", 1))
        varrer(str(folder))
        assert sorted(estado for estado, _ in seen().values()) == ["duplicado", "duplicado", "pendente", "pendente"]
        owner = next(name for name, (estado, _) in seen().items() if estado == "pendente" and name != "evento.xml")
        said = {line["mensagem"] for line in rows().values() if line["estado"] == "duplicado"}
        assert said == {f"mesmo documento que {owner}"}

    def test_a_text_found_later_is_a_duplicate_too(self, folder: Path) -> None:
        put(folder / "a.xml", documento("nfe", 1))
        varrer(str(folder))
        put(folder / "b.xml", documento("nfe", 1))
        varrer(str(folder))
        assert seen() == {"a.xml": ("pendente", None), "b.xml": ("duplicado", None)}

    def test_a_duplicate_takes_the_place_of_a_text_that_is_gone(self, folder: Path) -> None:
        put(folder / "a.xml", documento("nfe", 1))
        varrer(str(folder))
        for name in ("b", "c"):
            put(folder / f"{name}.xml", documento("nfe", 1))
        varrer(str(folder))
        (folder / "a.xml").unlink()
        varrer(str(folder))
        assert seen()["a.xml"] == ("quarentena", "sumiu")
        assert sorted(seen()[name][0] for name in ("b.xml", "c.xml")) == ["duplicado", "pendente"]

    def test_a_sent_document_is_not_sent_from_another_file(self, folder: Path) -> None:
        put(folder / "a.xml", documento("nfe", 1))
        varrer(str(folder))
        mark(estado="enviado")
        (folder / "a.xml").rename(folder / "b.xml")
        varrer(str(folder))
        assert seen() == {"a.xml": ("enviado", None), "b.xml": ("duplicado", None)}

    def test_a_refused_text_that_was_mended_is_sent_again(self, folder: Path) -> None:
        put(folder / "a.xml", documento("nfe", 1))
        varrer(str(folder))
        mark(estado="recusado")
        put(folder / "b.xml", documento("nfe", 1, extra="corrigida"))
        put(folder / "c.xml", documento("nfe", 1))
        varrer(str(folder))
        assert {name: estado for name, (estado, _) in seen().items()} == {
            "a.xml": "recusado", "b.xml": "pendente", "c.xml": "duplicado"
        }  # fmt: skip

    def test_a_text_without_protocol_names_the_authorised_one(self, folder: Path) -> None:
        made = documento("nfe", 1)
        put(folder / "autorizada.xml", made)
        alone = f'<NFe xmlns="http://www.portalfiscal.inf.br/nfe"><infNFe Id="NFe{made.chave}"/></NFe>'
        put(folder / "solta.xml", alone)
        varrer(str(folder))
        assert seen()["solta.xml"] == ("quarentena", "sem_protocolo")
        assert rows()["solta.xml"]["mensagem"] == "há o texto autorizado deste documento em autorizada.xml"


def mark(**values: object) -> None:
    with transaction() as db:
        db.execute(update(QuestorArquivo).values(**values))


class TestAgain:
    def test_what_is_as_it_was_is_not_read(self, folder: Path) -> None:
        put(folder / "a.xml", documento("nfe", 1))
        with zipfile.ZipFile(folder / "x.zip", "w") as made:
            made.writestr("b.xml", documento("nfe", 2).texto)
        assert varrer(str(folder)).lidos == 2
        assert varrer(str(folder)).lidos == 0

    def test_what_changed_is_judged_anew(self, folder: Path) -> None:
        path = put(folder / "a.xml", "<cortado")
        varrer(str(folder))
        assert seen()["a.xml"] == ("quarentena", "xml_invalido")
        put(path, documento("nfe", 1))
        assert varrer(str(folder)).lidos == 1
        assert seen()["a.xml"] == ("pendente", None)

    @pytest.mark.parametrize("estado", ["enviado", "desconhecido"])
    def test_a_sent_document_that_was_written_again_stays_sent(self, folder: Path, estado: str) -> None:
        path = put(folder / "a.xml", documento("nfe", 1))
        varrer(str(folder))
        mark(estado=estado, tentativas=1)
        put(path, documento("nfe", 1).texto + "\n")
        varrer(str(folder))
        assert (rows()["a.xml"]["estado"], rows()["a.xml"]["tentativas"]) == (estado, 1)

    def test_another_document_in_the_same_file_is_another(self, folder: Path) -> None:
        path = put(folder / "a.xml", documento("nfe", 1))
        varrer(str(folder))
        mark(estado="enviado", tentativas=1)
        put(path, documento("nfe", 2, extra="x"))
        varrer(str(folder))
        assert (rows()["a.xml"]["estado"], rows()["a.xml"]["tentativas"]) == ("pendente", 0)

    def test_what_is_being_sent_is_left_alone(self, folder: Path) -> None:
        path = put(folder / "a.xml", documento("nfe", 1))
        varrer(str(folder))
        mark(estado="desconhecido", lease_token="outro|1|1|x")
        put(path, documento("nfe", 2, extra="x"))
        varrer(str(folder))
        assert rows()["a.xml"]["identidade"] == documento("nfe", 1).identidade
        path.unlink()
        varrer(str(folder))
        assert rows()["a.xml"]["estado"] == "desconhecido"

    def test_a_file_that_comes_back_is_sent_after_all(self, folder: Path) -> None:
        path = put(folder / "a.xml", documento("nfe", 1))
        varrer(str(folder))
        path.rename(folder / "a.guardado")
        varrer(str(folder))
        assert seen()["a.xml"] == ("quarentena", "sumiu")
        (folder / "a.guardado").rename(path)
        varrer(str(folder))
        assert seen()["a.xml"] == ("pendente", None)

    def test_a_lot_that_was_done_is_open_again_when_more_is_found(self, folder: Path) -> None:
        put(folder / "a.xml", documento("nfe", 1))
        varrer(str(folder))
        mark(estado="enviado")
        with transaction() as db:
            db.execute(update(QuestorLote).values(concluido_em=SYSTEM.now()))
        varrer(str(folder))
        assert lote().concluido_em is not None
        put(folder / "b.xml", documento("nfe", 2))
        varrer(str(folder))
        assert lote().concluido_em is None

    def test_two_scans_at_once_agree(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(scan, "BATCH", 7)
        for number in range(100):
            put(folder / f"{number}.xml", documento("nfe", number % 50 + 1))
        varrer(str(folder / ".."), "outro")
        faults: list[BaseException] = []

        def work() -> None:
            try:
                varrer(str(folder))
            except BaseException as fault:  # noqa: BLE001 - told by the test
                faults.append(fault)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        assert sorted(estado for estado, _ in seen().values()) == ["duplicado"] * 50 + ["pendente"] * 50


def lote() -> QuestorLote:
    with reading() as db:
        return db.query(QuestorLote).one()


def test_a_scan_that_was_killed_is_finished_by_the_next(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "BATCH", 3)
    for number in range(10):
        put(folder / f"{number}.xml", documento("nfe", number + 1))

    def killed(met: int) -> None:
        if met >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        varrer(str(folder), show=killed)
    assert len(rows()) == 6
    assert varrer(str(folder)).lidos == 4
    assert states(lote().id) == {"pendente": 10}


def test_a_lot_belongs_to_one_folder(folder: Path, tmp_path: Path) -> None:
    varrer(str(folder), "janeiro")
    with pytest.raises(UsageError, match="use outro nome"):
        varrer(str(tmp_path), "janeiro")


@pytest.mark.parametrize("nome", ["", " ", "a\nb", "\udcff"])
def test_a_name_that_nobody_can_read_is_refused(folder: Path, nome: str) -> None:
    with pytest.raises(UsageError):
        varrer(str(folder), nome)


def test_what_could_not_be_read_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder / "a.xml", documento("nfe", 1))
    with monkeypatch.context() as patch:
        patch.setattr("core.documentos.files._regular", _denied)
        varrer(str(folder))
    assert seen()["a.xml"] == ("quarentena", "ilegivel")
    varrer(str(folder))
    assert seen()["a.xml"] == ("pendente", None)


def _denied(path: bytes, limite: int) -> bytes:
    raise PermissionError(13, "Permission denied", path)


@pytest.mark.parametrize("pasta", ["nao/ha", "/etc/passwd"])
def test_a_folder_that_is_none(pasta: str) -> None:
    with pytest.raises(UsageError, match="Não consegui ler a pasta"):
        varrer(pasta)


def test_kinds_that_the_account_does_not_send_are_set_aside_until_it_does(
    folder: Path, configure: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder / "a.xml", documento("cfe", 1))
    configure(**account("http://127.0.0.1:9", methods='{"cfe": ""}'))  # type: ignore[operator]
    varrer(str(folder))
    assert seen()["a.xml"] == ("quarentena", "sem_metodo")
    configure(questor__methods='{"cfe": "importarxmlcfearray"}')  # type: ignore[operator]
    varrer(str(folder), clock=FixedClock(SYSTEM.now()))
    assert seen()["a.xml"] == ("pendente", None)


def test_an_account_that_is_not_there_beside_others_is_a_slip_and_before_any_it_is_none(
    folder: Path, configure: Configure
) -> None:
    put(folder / "a.xml", documento("nfe", 1))
    assert varrer(str(folder), "sem conta", "loja").estados == {"pendente": 1}
    configure(questor__contas=json.dumps({"matriz": {"office": "matriz", "token": "x"}}))
    with pytest.raises(Misconfigured, match=r"'loja'.*matriz"):
        varrer(str(folder), "outro", "loja")
    assert varrer(str(folder), "outro", "matriz").estados == {"pendente": 1}
