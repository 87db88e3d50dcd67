"""Kinds that are kept and not read: where each has its value and its other party, and what a national NFS-e says."""

from decimal import Decimal

import pytest
from lxml import etree

from core.documentos.conteudo import Arquivado, Especie, Papel
from core.documentos.espacos import NFSE
from core.documentos.parser.arquivado import BPE, DCE, GTVE, MDFE, NF3E, NFCOM, Forma, arquivado, nfse
from core.documentos.parser.grupo import Contexto
from core.documentos.parser.recusa import Recusado
from sandbox.documentos.comum import DESTINATARIO, EMITENTE, QUANDO, chave
from sandbox.documentos.servicos import nota_de_servico

FORMAS = {MDFE: "58", NF3E: "66", NFCOM: "62", BPE: "63", DCE: "99", GTVE: "64"}
SERVICE = nota_de_servico(7)


def kept(forma: Forma, inner: str = "", number: str = "7") -> Arquivado:
    """Return what is kept of a document of a form with these groups."""
    key = chave(FORMAS[forma], 7)
    ide = f"<ide><serie>1</serie><{forma.numero}>{number}</{forma.numero}></ide>"
    emit = f"<emit>{EMITENTE.numero}</emit>"
    root = etree.fromstring(f'<x><{forma.corpo} Id="{forma.prefixo}{key}">{ide}{emit}{inner}</{forma.corpo}></x>')
    return arquivado(forma, root, Contexto(""))


def nested(path: tuple[str, ...], value: str) -> str:
    return "".join(f"<{name}>" for name in path) + value + "".join(f"</{name}>" for name in reversed(path))


@pytest.mark.parametrize(
    ("forma", "path"),
    [pytest.param(forma, path, id=f"{forma.especie}-{path[0]}") for forma in FORMAS for path in forma.valores],
)
def test_a_value_stands_in_one_place_of_each_kind(forma: Forma, path: tuple[str, ...]) -> None:
    assert kept(forma, nested(path, "7.50")).valor_total == Decimal("7.50")


@pytest.mark.parametrize("forma", FORMAS, ids=lambda forma: forma.especie)
def test_without_a_value_a_document_is_kept_without_one(forma: Forma) -> None:
    found = kept(forma)
    assert (found.especie, found.numero, found.valor_total, found.avisos) == (forma.especie, 7, None, ())
    assert found.papeis == ((Papel.EMITENTE, EMITENTE.documento),)


@pytest.mark.parametrize(
    ("first", "second", "value"), [("1.00", "2.00", 1), ("", "2.00", 2), ("nada", "2.00", 2), ("0.00", "2.00", 0)]
)
def test_the_first_place_that_has_an_amount_counts(first: str, second: str, value: int) -> None:
    inner = f"<infValorBPe><vBP>{first}</vBP></infValorBPe><total><vBP>{second}</vBP></total>"
    assert kept(BPE, inner).valor_total == value


@pytest.mark.parametrize(("forma", "group"), [(DCE, "dest"), (NFCOM, "dest"), (BPE, "comp")])
def test_the_other_party_is_called_as_its_kind_does(forma: Forma, group: str) -> None:
    inner = f"<{group}>{DESTINATARIO.numero}<xNome>{DESTINATARIO.nome}</xNome></{group}>"
    found = kept(forma, inner)
    assert (found.dest_cnpj_cpf, found.dest_nome) == (DESTINATARIO.documento, DESTINATARIO.nome)
    assert found.papeis[-1] == (Papel.DESTINATARIO, DESTINATARIO.documento)


def test_a_number_that_is_not_the_keys_is_told() -> None:
    assert "o documento diz 1 e 8" in kept(MDFE, number="8").avisos[0]


def service(text: str) -> Arquivado:
    return nfse(etree.fromstring(text.encode()), Contexto(NFSE))


def test_a_national_note_of_service_says_what_it_is() -> None:
    found = service(SERVICE.texto)
    assert (found.especie, found.chave, found.modelo, found.numero, found.status) == (
        Especie.NFSE, SERVICE.chave, "nfse", 7, "100",
    )  # fmt: skip
    assert (found.emit_uf, found.data_emissao, found.recebido_em, found.ambiente) == ("SP", QUANDO, QUANDO, 1)
    assert (found.dest_cnpj_cpf, found.dest_nome) == (DESTINATARIO.documento, DESTINATARIO.nome)
    assert (found.valor_total, found.avisos) == (Decimal(100), ())


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("<vLiq>100.00", "<vLiq>95.00", Decimal(95)),
        ("<vLiq>100.00</vLiq>", "", Decimal(100)),
        ("valores>", "outros>", None),
    ],
)
def test_its_value_is_the_net_one_else_that_of_the_service(old: str, new: str, value: Decimal | None) -> None:
    assert service(SERVICE.texto.replace(old, new)).valor_total == value


def test_its_date_is_that_of_the_declaration_else_of_the_note() -> None:
    undated = SERVICE.texto.replace("<dhEmi>", "<dhOutro>").replace("</dhEmi>", "</dhOutro>")
    assert service(undated).data_emissao == QUANDO
    assert service(undated.replace("<dhProc>", "<dhProc>x")).data_emissao is None


def test_a_number_of_a_note_of_service_may_be_long() -> None:
    assert service(SERVICE.texto.replace("<nNFSe>7", f"<nNFSe>{2**53}")).numero == 2**53
    assert service(SERVICE.texto.replace("<nNFSe>7", f"<nNFSe>{2**53 + 1}")).numero is None


def test_nobody_named_is_no_party() -> None:
    text = SERVICE.texto.replace(DESTINATARIO.numero, "")
    assert service(text).papeis == ((Papel.EMITENTE, EMITENTE.documento),)


@pytest.mark.parametrize(
    "ident", ["", "NFS", f"NFS{SERVICE.chave}0", f"NFS{SERVICE.chave[:-1]}x", f"NFSe{SERVICE.chave}"]
)
def test_a_note_of_service_without_its_key_is_refused(ident: str) -> None:
    with pytest.raises(Recusado) as caught:
        service(SERVICE.texto.replace(f'Id="NFS{SERVICE.chave}"', f'Id="{ident}"'))
    assert caught.value.motivo == "chave_invalida"
