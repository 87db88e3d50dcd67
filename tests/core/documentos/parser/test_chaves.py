"""The key of a document: found in its `Id`, and told where the document says otherwise."""

from datetime import datetime

import pytest
from lxml import etree

from core.documentos.conteudo import Laco, Ligacao
from core.documentos.parser import chaves
from core.documentos.parser.chaves import (
    avisar_ambiente,
    chave_do_documento,
    comparar,
    comparar_numero,
    conferida,
    ligacoes,
    uf_da_chave,
)
from core.documentos.parser.grupo import Contexto, Grupo
from core.documentos.parser.recusa import Recusado
from sandbox.documentos.comum import EMITENTE, QUANDO, chave, cpf

KEY = chave("55", 7)
WRONG = KEY[:43] + str((int(KEY[43]) + 1) % 10)


def group(inner: str = "", ident: str | None = None) -> Grupo:
    attribute = "" if ident is None else f' Id="{ident}"'
    return Grupo(etree.fromstring(f"<infNFe{attribute}>{inner}</infNFe>"), Contexto(""))


@pytest.mark.parametrize(
    ("ident", "found", "said"),
    [
        (f"NFe{KEY}", KEY, ()),
        (f" NFe{KEY} ", KEY, ()),
        (f"nfe{KEY}", KEY, ("o Id não começa com NFe",)),
        (KEY, KEY, ("o Id não começa com NFe",)),
        (f"NFe{WRONG}", WRONG, (f"o dígito verificador da chave está errado: {WRONG}",)),
    ],
)
def test_a_key_stands_in_the_id_behind_its_prefix(ident: str, found: str, said: tuple[str, ...]) -> None:
    info = group(ident=ident)
    assert chave_do_documento(info, "NFe", info.contexto) == found
    assert info.contexto.avisos == said


@pytest.mark.parametrize(
    ("ident", "said"),
    [
        (None, "o documento não tem chave de acesso (Id)"),
        ("", "o documento não tem chave de acesso (Id)"),
        ("NFe", "'NFe' não é uma chave de acesso"),
        (f"CTe{KEY}", "não é uma chave de acesso"),
        (f"NFe{KEY[:-1]}", "não é uma chave de acesso"),
        (f"NFe{KEY}0", "não é uma chave de acesso"),
        ("NFe" + "٣" * 44, "não é uma chave de acesso"),
    ],
)
def test_a_document_without_a_key_is_refused(ident: str | None, said: str) -> None:
    info = group(ident=ident)
    with pytest.raises(Recusado) as caught:
        chave_do_documento(info, "NFe", info.contexto)
    assert caught.value.motivo == "chave_invalida"
    assert said in caught.value.mensagem


def test_a_wrong_check_digit_is_told_and_no_more() -> None:
    contexto = Contexto("")
    assert conferida(KEY, contexto) == KEY
    assert contexto.avisos == ()
    assert conferida(WRONG, contexto) == WRONG
    assert len(contexto.avisos) == 1


def compared(key: str, inner: str, emitente: str | None, emissao: datetime | None) -> tuple[str, ...]:
    ide = group(inner)
    comparar(key, ide, emitente, emissao, ide.contexto)
    return ide.contexto.avisos


@pytest.mark.parametrize(
    ("inner", "emitente", "emissao", "said"),
    [
        ("<mod>55</mod>", EMITENTE.documento, QUANDO, ()),
        ("", None, None, ()),
        ("", None, QUANDO.replace(month=2), ("a chave é do mês 01/26, a emissão de 02/2026",)),
        ("", None, QUANDO.replace(year=2025), ("a chave é do mês 01/26, a emissão de 01/2025",)),
        ("<mod>65</mod>", None, None, ("a chave é do modelo 55, o documento diz 65",)),
    ],
)
def test_a_document_says_what_its_key_says(
    inner: str, emitente: str | None, emissao: datetime | None, said: tuple[str, ...]
) -> None:
    assert compared(KEY, inner, emitente, emissao) == said


@pytest.mark.parametrize(("serie", "is_told"), [(1, True), (889, True), (890, False), (899, False), (900, True)])
def test_the_treasury_issues_in_series_of_its_own_for_somebody_else(serie: int, is_told: bool) -> None:
    assert bool(compared(chave("55", 7, serie=serie), "", "99888777000100", None)) is is_told


def test_a_cpf_stands_in_a_key_behind_zeros() -> None:
    person = cpf(5)
    assert compared(chave("55", 7, emitente=person), "", person, None) == ()
    assert len(compared(chave("55", 7, emitente=person), "", cpf(6), None)) == 1


@pytest.mark.parametrize(("ambiente", "is_told"), [(None, False), (0, False), (1, False), (2, True), (3, False)])
def test_what_is_of_the_test_environment_is_told(ambiente: int | None, is_told: bool) -> None:
    contexto = Contexto("")
    avisar_ambiente(ambiente, contexto)
    assert contexto.avisos == ("é do ambiente de homologação, sem valor fiscal",) * is_told


@pytest.mark.parametrize(
    ("serie", "numero", "is_told"),
    [(1, 7, False), (2, 7, True), (1, 8, True), (None, 8, False), (2, None, False), (1001, 7, True)],
)
def test_series_and_number_are_those_of_the_key(serie: int | None, numero: int | None, is_told: bool) -> None:
    contexto = Contexto("")
    comparar_numero(KEY, serie, numero, contexto)
    assert bool(contexto.avisos) is is_told


def test_links_are_keys_of_other_documents_each_once() -> None:
    one, two = chave("55", 1), chave("55", 2)
    found = [
        (Laco.REFERENCIA, two), (Laco.REFERENCIA, one), (Laco.REFERENCIA, two), (Laco.COMPLEMENTO, two),
        (Laco.REFERENCIA, KEY), (Laco.REFERENCIA, "9" * 44), (Laco.REFERENCIA, "123"), (Laco.REFERENCIA, None),
    ]  # fmt: skip
    assert ligacoes(found, KEY) == (
        Ligacao(laco=Laco.REFERENCIA, chave=two),
        Ligacao(laco=Laco.REFERENCIA, chave=one),
        Ligacao(laco=Laco.COMPLEMENTO, chave=two),
    )
    assert ligacoes([], KEY) == ()


def test_of_very_many_links_the_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaves, "_MOST_LINKS", 2)
    found = ligacoes([(Laco.REFERENCIA, chave("55", number)) for number in (3, 3, 2, 1)], KEY)
    assert [one.chave for one in found] == [chave("55", 3), chave("55", 2)]


@pytest.mark.parametrize(("begin", "uf"), [("35", "SP"), ("53", "DF"), ("11", "RO"), ("99", None), ("00", None)])
def test_a_key_begins_with_its_state(begin: str, uf: str | None) -> None:
    assert uf_da_chave(begin + KEY[2:]) == uf
