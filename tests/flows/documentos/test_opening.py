"""Claimed files are read, and their documents are handed on in groups that a transaction takes."""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from core.documentos.conteudo import NotaFiscal, Parte
from core.documentos.files import Files
from core.documentos.leitor import LIMITE
from core.errors import Transient
from flows.documentos import opening
from flows.documentos.opening import Fatia, Lido, groups, read
from flows.documentos.rows import Arquivo
from sandbox.documentos import notas


def row(nome: str = "a.xml") -> Arquivo:
    return Arquivo(1, 1, nome, caminho_codificado=False, dono="0:0", usuario_id=None, empresa_id=None)


def lido(*sizes: int, nome: str = "a.xml") -> Lido:
    """Return a file with documents of these sizes."""
    return Lido(row(nome), [Parte(numero=place, texto=b"x" * size) for place, size in enumerate(sizes, 1)])


class TestReading:
    def test_a_file_is_its_documents(self, tmp_path: Path) -> None:
        (tmp_path / "a.xml").write_bytes(notas.enviada(notas.nota(1, status=None), notas.nota(2, status=None)))
        found = read(Files(str(tmp_path), LIMITE), row())
        assert [type(one.conteudo) for one in found.partes] == [NotaFiscal, NotaFiscal]
        assert (found.row, found.primeiro) == (row(), None)

    def test_a_file_that_is_gone_is_a_part_that_says_so(self, tmp_path: Path) -> None:
        (one,) = read(Files(str(tmp_path), LIMITE), row()).partes
        assert (one.conteudo, one.motivo, one.mensagem) == (None, "ilegivel", "o arquivo não pôde ser lido")

    def test_an_archive_that_is_broken_is_told_as_what_it_is(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("b.xml", "<a/>")
        (tmp_path / "a.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:30])
        (one,) = read(Files(str(tmp_path), LIMITE), row("a.zip!/b.xml")).partes
        assert one.motivo == "zip_invalido"

    def test_where_the_folder_is_away_nothing_is_known_of_the_file(self, tmp_path: Path) -> None:
        def look() -> None:
            raise Transient("A pasta não está acessível agora.")

        with pytest.raises(Transient, match="não está acessível"):
            read(Files(str(tmp_path / "fora"), LIMITE, look), row())

    def test_a_fault_of_ours_costs_its_file_only(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        def look() -> None:
            raise KeyError("senha=abacaxi")

        (one,) = read(Files(str(tmp_path), LIMITE, look), row()).partes
        assert (one.motivo, one.mensagem) == ("erro_de_leitura", "a leitura falhou; o log da Esteira diz onde")
        said = capsys.readouterr().err
        assert "file could not be read" in said
        assert "abacaxi" not in said


def sizes(made: list[list[Fatia]]) -> list[list[int]]:
    return [[len(one.partes) for one in group] for group in made]


class TestGroups:
    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(opening, "DOCUMENTS", 3)
        monkeypatch.setattr(opening, "BYTES", 10)

    @pytest.mark.parametrize(
        ("files", "grouped"),
        [
            ([], []),
            ([(1,)], [[1]]),
            ([(1,), (1,), (1,)], [[1, 1, 1]]),
            ([(1,), (1,), (1,), (1,)], [[1, 1, 1], [1]]),
            ([(1, 1), (1, 1)], [[2], [2]]),
            ([(1, 1), (1,), (1,)], [[2, 1], [1]]),
            # a large lot makes several
            ([(1,) * 7], [[3], [3], [1]]),
            ([(1,), (1,) * 4], [[1], [3], [1]]),
            # as many bytes as there may be, and one more
            ([(5,), (5,)], [[1, 1]]),
            ([(5,), (6,)], [[1], [1]]),
            # what is larger than that goes alone
            ([(1,), (50,), (1,)], [[1], [1], [1]]),
            ([(20, 20, 20, 20)], [[3], [1]]),
            ([()], []),
        ],
    )
    def test_a_group_has_so_many_documents_and_bytes(
        self, files: Sequence[tuple[int, ...]], grouped: list[list[int]]
    ) -> None:
        assert sizes(list(groups(lido(*one) for one in files))) == grouped

    def test_every_document_is_in_one_group_in_its_order(self) -> None:
        files = [lido(*range(1, 6)), lido(1), lido(4, 4, 4)]
        handed = [one for group in groups(files) for piece in group for one in piece.partes]
        assert [id(one) for one in handed] == [id(one) for file in files for one in file.partes]

    def test_files_are_read_as_their_groups_are_asked_for(self) -> None:
        opened: list[int] = []

        def reading() -> Iterator[Lido]:
            for number in range(9):
                opened.append(number)
                yield lido(1)

        next(groups(reading()))
        assert opened == [0, 1, 2, 3]

    def test_the_last_piece_of_a_file_is_known(self) -> None:
        (one,), (two,) = groups([lido(1, 1, 1, 1)])
        assert [(piece.inicio, piece.ultima) for piece in (one, two)] == [(0, False), (3, True)]


def test_a_piece_is_cut_into_its_documents() -> None:
    file = lido(1, 2, 3)
    cut = list(Fatia(file, 1, file.partes[1:]).cut())
    assert [(one.inicio, one.partes, one.ultima) for one in cut] == [
        (1, [file.partes[1]], False),
        (2, [file.partes[2]], True),
    ]
    assert all(one.lido is file for one in cut)
