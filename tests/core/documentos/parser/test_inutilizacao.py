"""A range of numbers: whose and which it is by its request, proven by an answer that is about the same."""

import pytest
from lxml import etree

from core.documentos.conteudo import Inutilizacao
from core.documentos.espacos import CTE, NFE
from core.documentos.parser.grupo import Contexto
from core.documentos.parser.inutilizacao import inutilizacao
from core.documentos.parser.recusa import Recusado
from sandbox.documentos.comum import EMITENTE, cnpj

RANGE = {"cUF": "35", "ano": "26", "CNPJ": EMITENTE.documento, "mod": "55", "serie": "1", "nNFIni": "3", "nNFFin": "5"}
ANSWER = {"cStat": "102", "nProt": "135260000000001", "dhRecbto": "2026-01-15T10:30:00-03:00"}
FOREIGN = "a resposta é de outra faixa de números: não prova nada sobre esta"


def part(root: str, **said: str | None) -> str:
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in said.items() if value is not None)
    return f"<{root}><infInut>{fields}</infInut></{root}>"


def asked(**said: str | None) -> str:
    return part("inutNFe", **(RANGE | said))


def answered(**said: str | None) -> str:
    return part("retInutNFe", **(RANGE | ANSWER | said))


def read(*parts: str, space: str = NFE) -> Inutilizacao:
    root = etree.fromstring(f'<ProcInutNFe xmlns="{space}">{"".join(parts)}</ProcInutNFe>')
    return inutilizacao(root, Contexto(space))


def test_a_request_alone_proves_nothing() -> None:
    found = read(asked())
    assert (found.emit_cnpj, found.uf, found.ano, found.modelo, found.serie) == (
        EMITENTE.documento,
        "SP",
        2026,
        "55",
        1,
    )
    assert (found.inicio, found.fim) == (3, 5)
    assert (found.status, found.protocolo, found.recebido_em) == (None, None, None)


@pytest.mark.parametrize("parts", [(answered(),), (asked(), answered()), (answered(), asked())])
def test_an_answer_proves_its_range_with_the_request_or_alone(parts: tuple[str, ...]) -> None:
    found = read(*parts)
    assert (found.inicio, found.fim, found.status, found.protocolo) == (3, 5, "102", "135260000000001")
    assert found.avisos == ()


@pytest.mark.parametrize("said", [{"nNFIni": "2"}, {"nNFFin": "6"}, {"serie": "2"}, {"CNPJ": cnpj(44555666)}])
def test_an_answer_about_something_else_proves_nothing(said: dict[str, str]) -> None:
    found = read(asked(), answered(**said))
    assert (found.inicio, found.fim, found.status, found.protocolo) == (3, 5, None, None)
    assert found.avisos == (FOREIGN,)


@pytest.mark.parametrize("unsaid", ["nNFIni", "nNFFin", "serie", "CNPJ"])
def test_what_an_answer_does_not_say_is_as_it_was_asked(unsaid: str) -> None:
    found = read(asked(), answered(**{unsaid: None}))
    assert (found.status, found.avisos) == ("102", ())


def test_an_answer_that_cannot_be_read_is_none() -> None:
    assert read(asked(), answered(cStat="ok")).status is None


@pytest.mark.parametrize("first", ["0", "1", "4", "5"])
def test_a_range_may_be_of_one_number(first: str) -> None:
    found = read(asked(nNFIni=first, nNFFin=first))
    assert found.inicio == found.fim == int(first)


def test_a_range_that_ends_before_it_begins_is_none() -> None:
    with pytest.raises(Recusado, match="a faixa de 5 a 4 começa depois do fim"):
        read(asked(nNFIni="5", nNFFin="4"))


@pytest.mark.parametrize(("written", "ano"), [("26", 2026), ("0", 2000), ("99", 2099), ("2026", 2026), ("2200", 2200)])
def test_a_year_has_two_digits_or_four(written: str, ano: int) -> None:
    assert read(asked(ano=written)).ano == ano


@pytest.mark.parametrize(
    "said",
    [
        *({name: None} for name in RANGE),
        {"cUF": "99"},
        {"ano": "2201"},
        {"mod": "555"},
        {"serie": "A"},
        {"nNFIni": "-1"},
        {"CNPJ": "1"},
    ],
)
def test_what_does_not_say_whose_numbers_they_are_or_which_is_refused(said: dict[str, str | None]) -> None:
    with pytest.raises(Recusado) as caught:
        read(asked(**said))
    assert caught.value.motivo == "inutilizacao_incompleta"


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(Recusado):
        read()


def test_numbers_of_a_cte_have_names_of_their_own() -> None:
    said = RANGE | {"mod": "57", "nCTIni": "8", "nCTFin": "9", "nNFIni": None, "nNFFin": None}
    found = read(part("inutCTe", **said), part("retInutCTe", **(said | ANSWER)), space=CTE)
    assert (found.modelo, found.inicio, found.fim, found.status) == ("57", 8, 9, "102")


@pytest.mark.parametrize(("ambiente", "is_told"), [("1", False), ("2", True), (None, False)])
def test_a_range_of_the_test_environment_is_told_to_be_one(ambiente: str | None, is_told: bool) -> None:
    assert bool(read(asked(tpAmb=ambiente)).avisos) is is_told
