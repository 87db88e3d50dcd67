"""`esteira documentos`, as it is typed: lists, a note as a person reads it, its files, sums and exports."""

import json
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from support.guardados import CNPJ, company, keep
from support.typed import Run

from cli.output import console
from sandbox.documentos.comum import COM_LETRAS, DESTINATARIO, Feito
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.cupons import cupom
from sandbox.documentos.eventos import CORRECAO, evento
from sandbox.documentos.notas import Produto, nota

ACRE = datetime.fromisoformat("2026-01-31T22:30:00-05:00")


@pytest.fixture
def note(run: Run) -> Feito:
    """A stored note of one company, with letters of every kind in it."""
    products = (
        Produto(Decimal("1234.56"), Decimal("2"), "Pão de queijo [congelado]"),
        Produto(Decimal("0.10")),
    )
    made = nota(7, produtos=products, quando=ACRE)
    keep(company(), made.xml)
    return made


def shown(run: Run, *words: str) -> str:
    code, out, _ = run("documentos", "mostrar", *words)
    assert code == 0
    return out


def test_a_note_is_printed_as_a_person_reads_it(run: Run, note: Feito) -> None:
    out = shown(run, note.chave)
    assert "NF-e 7, série 1: autorizada" in out
    assert "Emissão: 31/01/2026 22:30 (-0500)" in out
    assert "Emitente: Comércio de Exemplo Ltda, 11.222.333/0001-81, IE" in out
    assert "Natureza: Venda de mercadoria, saída, normal" in out
    assert "Pão de queijo [congelado]" in out
    assert "617,28" in out
    assert "0,10" in out
    assert "1.234,56" in out
    assert note.chave[:4] + " " + note.chave[4:8] in out
    assert "\x1b" not in out


def test_a_recipient_from_abroad_is_shown_as_the_note_has_it(run: Run) -> None:
    made = nota(7)
    abroad = made.texto.replace(DESTINATARIO.numero, "<idEstrangeiro>AB-12/é</idEstrangeiro>")
    keep(company(), abroad.encode())
    assert f"Destinatário: {DESTINATARIO.nome}, AB-12/é, IE" in shown(run, made.chave)


def test_what_happened_to_it_and_what_it_belongs_to_is_shown(run: Run, note: Feito) -> None:
    other = conhecimento(9, notas=[note.chave])
    keep(1, evento(note, CORRECAO, correcao="Onde se lê 2\nleia-se 3"), evento(note), other.xml)
    out = shown(run, f"NFe{note.chave}")
    assert "série 1: CANCELADA" in out
    assert "Carta de correção: Onde se lê 2 leia-se 3" in out
    assert "(-0500)  Cancelamento" in out
    assert "É citado por" in out
    assert "CT-e 9" in shown(run, other.chave)
    assert "Percurso: " in shown(run, other.chave)
    assert "Cita" in shown(run, other.chave)


def test_a_coupon_and_what_has_no_protocol_are_shown(run: Run) -> None:
    sale, bare = cupom(3), nota(8, status=None, ambiente=2)
    keep(company(), sale.xml, cupom(4, cancela=sale.chave).xml, bare.xml)
    assert "CF-e 3" in shown(run, sale.chave)
    out = shown(run, bare.chave)
    assert "SEM PROTOCOLO" in out
    assert "SEM VALOR FISCAL" in out


def test_a_document_is_answered_in_json_with_exact_values(run: Run, note: Feito) -> None:
    found = json.loads(shown(run, note.chave, "--json"))
    assert found["campos"]["chave_acesso"] == note.chave
    assert [item["valor_total"] for item in found["itens"]][1] == "0.10"


def test_files_of_it_are_written_and_none_is_overwritten(run: Run, note: Feito, tmp_path: Path) -> None:
    xml, pdf = tmp_path / "nota.xml", tmp_path / "nota.pdf"
    keep(1, evento(note))
    shown(run, note.chave, "--xml", str(xml), "--danfe", str(pdf))
    assert (xml.read_bytes(), pdf.read_bytes()[:5]) == (note.xml, b"%PDF-")
    code, _, err = run("documentos", "mostrar", note.chave, "--xml", str(xml))
    assert (code, "já existe (--xml)" in err) == (2, True)
    assert run("documentos", "mostrar", note.chave, "--danfe", str(tmp_path / "nada" / "x.pdf"))[0] == 2


def test_what_has_no_printed_form_leaves_no_file(run: Run, tmp_path: Path) -> None:
    sale = cupom(3)
    keep(company(), sale.xml)
    code, _, err = run("documentos", "mostrar", sale.chave, "--danfe", str(tmp_path / "x.pdf"))
    assert (code, "forma impressa" in err, (tmp_path / "x.pdf").exists()) == (2, True, False)


def test_schema_and_signature_are_reported(run: Run, note: Feito) -> None:
    found = json.loads(shown(run, note.chave, "--json", "--validar", "--assinatura"))
    assert found["validacao"]["resultado"] == "valido"
    assert found["assinatura"]["resultado"] != "confere"
    assert found["assinatura"]["frase"] in shown(run, note.chave, "--assinatura")


@pytest.mark.parametrize("chave", ["3" * 44, "nada", "", "x" * 500])
def test_a_document_that_is_not_there_is_told(run: Run, note: Feito, chave: str) -> None:
    code, out, err = run("documentos", "mostrar", chave)
    assert (code, out, "Veja `esteira documentos listar`" in err) == (2, "", True)


@pytest.mark.parametrize(("columns", "names"), [("80", 0), ("130", 1), ("200", 2)])
def test_a_list_never_breaks_a_key(
    run: Run, note: Feito, columns: str, names: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(1, nota(8, status=None).xml)
    monkeypatch.setattr("cli.output.PLAIN_WIDTH", int(columns))
    console.cache_clear()
    out = run("documentos listar")[1]
    console.cache_clear()
    assert note.chave in out
    assert ("Comércio de Exemplo" in out) + ("Indústria Modelo" in out) == names
    assert ("NF-e" in out, "sem" in out, "31/01/2026" in out) == (names > 0, True, True)


def test_documents_are_listed_and_filtered(run: Run, note: Feito) -> None:
    keep(company(COM_LETRAS.documento), nota(8, emitente=COM_LETRAS).xml, cupom(9).xml)
    assert [one["especie"] for one in json.loads(run("documentos listar --json")[1])] == ["cfe", "nfe", "nfe"]
    assert "1.234,66" in run("documentos listar")[1]
    for words, amount in (
        ("--especie nfe", 2),
        ("--mes 2026-02", 0),
        (f"--empresa {CNPJ}", 1),
        ("--data-inicio 2026-01-20", 1),
        ("--data-fim 2026-01-20", 2),
        (f"--busca {note.chave}", 1),
        (f"--cnpj {COM_LETRAS.documento}", 1),
    ):
        assert len(json.loads(run(f"documentos listar {words} --json")[1])) == amount, words
    assert run("documentos listar --limite 1")[2].startswith("Há mais: repita com --depois")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("listar --mes janeiro", "(--mes)"),
        ("listar --especie nota", "(--especie)"),
        ("listar --data-inicio ontem", "(--data-inicio)"),
        ("listar --empresa 1", "(--empresa)"),
        ("listar --usuario ninguem", "Veja `esteira usuarios listar`"),
        ("logs --status quase", "(--status)"),
        ("logs --depois x", "(--depois)"),
        ("exportar", "--zip ARQUIVO"),
    ],
)
def test_a_mistake_names_the_option(run: Run, words: str, told: str) -> None:
    code, out, err = run(f"documentos {words}")
    assert (code, out, told in err) == (2, "", True)


def test_sums_are_apart_and_in_words(run: Run, note: Feito) -> None:
    keep(1, conhecimento(2).xml)
    code, out, err = run("documentos totais")
    assert (code, "1.234,66" in out, "NF-e e NFC-e: 1, R$ 1.234,66." in err) == (0, True, True)
    found = json.loads(run("documentos totais --json")[1])
    assert (found["nfe"]["valor_total"], found["cte"]["total_ctes"]) == ("1234.66", 1)
    assert {one["especie"] for one in found["apuracao"]} == {"nfe", "cte"}


def test_numbers_that_are_missing_are_told(run: Run, note: Feito) -> None:
    assert run("documentos lacunas") == (0, "", "Nenhum número falta.\n")
    keep(1, nota(11).xml)
    code, out, _ = run("documentos lacunas --json")
    (gap,) = json.loads(out)
    assert (code, gap["inicio"], gap["fim"], gap["quantidade"], gap["situacao"]) == (1, 8, 10, 3, "faltando")
    assert run("documentos lacunas --mes 2025-12")[0] == 0
    assert "(--mes)" in run("documentos lacunas --mes x")[2]


def test_a_month_of_a_company_is_exported(run: Run, note: Feito, tmp_path: Path) -> None:
    keep(1, evento(note))
    archive, sheet = tmp_path / "jan.zip", tmp_path / "jan.csv"
    words = (
        "documentos",
        "exportar",
        "--empresa",
        CNPJ,
        "--mes",
        "2026-01",
        "--zip",
        str(archive),
        "--csv",
        str(sheet),
    )
    code, out, _ = run(*words, "--json")
    told = json.loads(out)
    assert (code, told["documentos"], told["eventos"], told["linhas"]) == (0, 1, 1, 1)
    with zipfile.ZipFile(archive) as read:
        assert note.xml in {read.read(name) for name in read.namelist()}
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "1234,66" in sheet.read_text("utf-8-sig")
    assert run(*words)[0] == 2


def test_an_export_of_an_unknown_company_leaves_no_file(run: Run, note: Feito, tmp_path: Path) -> None:
    words = ("documentos", "exportar", "--empresa", COM_LETRAS.documento, "--zip", str(tmp_path / "x.zip"))
    assert run(*words)[0] == 2
    assert list(tmp_path.glob("*.zip")) == []


def test_an_empty_store_says_what_to_do(run: Run) -> None:
    assert "esteira importar" in run("documentos listar")[2]
    assert run("documentos logs")[2] == "Nada foi importado ainda.\n"
    assert json.loads(run("documentos listar --json")[1]) == []
