"""The numbering of one CNPJ in one service, and the rules of its use, at their edges.

docs/reference/contracts/sefaz.md §3.
"""

from datetime import datetime, timedelta
from functools import partial

import pytest
from support.sefaz import INICIO

from sandbox.sefaz.motivos import CEDO, DEMAIS, FORA_DE_ORDEM, MOTIVOS
from sandbox.sefaz.serie import Achado, Serie

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def begun(documents: int = 0, now: datetime = INICIO) -> Serie:
    serie = Serie(usada_em=now)
    for number in range(documents):
        serie.guardar("resNFe_v1.01.xsd", b"%d" % number, now)
    return serie


def said(found: Achado | None) -> tuple[str, int | None, int | None]:
    assert found is not None
    return found.cstat, found.ult_nsu, found.max_nsu


def numbers(found: Achado) -> list[int]:
    return [one.nsu for one in found.documentos]


def test_a_document_gets_no_number_before_the_first_question() -> None:
    serie = Serie()
    assert serie.guardar("x", b"", INICIO) is None
    assert said(serie.distribuir(0, INICIO)) == ("137", 0, 0)
    assert serie.guardar("x", b"", INICIO) == 1


@pytest.mark.parametrize(("silence", "number"), [(60 * DAY, 1), (60 * DAY + SECOND, None)])
def test_sixty_days_without_a_question_stop_the_numbering(silence: timedelta, number: int | None) -> None:
    assert begun().guardar("x", b"", INICIO + silence) == number


def test_any_question_counts_as_use_also_one_that_is_refused() -> None:
    serie = begun()
    serie.distribuir(0, INICIO)
    later = INICIO + 59 * DAY
    serie.avulsa(later)
    serie.distribuir(9, later)
    assert serie.guardar("x", b"", later + 60 * DAY) == 1


def test_the_first_question_begins_anywhere_and_the_next_where_the_last_page_ended() -> None:
    serie = begun(120)
    assert said(serie.distribuir(60, INICIO)) == ("138", 110, 120)
    assert said(serie.distribuir(110, INICIO)) == ("138", 120, 120)


@pytest.mark.parametrize("nsu", [0, 49, 51])
def test_a_question_out_of_sequence_is_undue(nsu: int) -> None:
    serie = begun(120)
    serie.distribuir(0, INICIO)
    found = serie.distribuir(nsu, INICIO)
    assert said(found) == ("656", 50, 0)
    assert FORA_DE_ORDEM in found.xmotivo


@pytest.mark.parametrize(("documents", "page", "last"), [(49, 49, 49), (50, 50, 50), (51, 50, 50)])
def test_a_page_has_fifty_and_is_the_last_when_nothing_follows(documents: int, page: int, last: int) -> None:
    serie = begun(documents)
    found = serie.distribuir(0, INICIO)
    assert numbers(found) == list(range(1, page + 1))
    assert said(found) == ("138", last, documents)
    assert serie.distribuir(last, INICIO).cstat == ("656" if last == documents else "138")


def test_a_page_may_be_told_to_be_short_and_the_next_is_as_usual() -> None:
    serie = begun(60)
    serie.paginas.append(31)
    assert [said(serie.distribuir(nsu, INICIO)) for nsu in (0, 31)] == [("138", 31, 60), ("138", 60, 60)]


def test_numbers_that_no_document_has_are_passed_over() -> None:
    serie = begun(1)
    serie.pular(4)
    serie.guardar("x", b"", INICIO)
    serie.pular(2)
    found = serie.distribuir(0, INICIO)
    assert (numbers(found), said(found)) == ([1, 6], ("138", 8, 8))


@pytest.mark.parametrize(("age", "kept"), [(90 * DAY, [1]), (90 * DAY + SECOND, [])])
def test_documents_are_kept_for_ninety_days(age: timedelta, kept: list[int]) -> None:
    found = begun(1).distribuir(0, INICIO + age)
    assert (numbers(found), found.ult_nsu) == (kept, 1)
    single = begun(1).por_nsu(1, INICIO + age)
    assert (numbers(single), single.cstat) == (kept, "138" if kept else "137")


@pytest.mark.parametrize(("after", "cstat"), [(HOUR - SECOND, "656"), (HOUR, "137")])
@pytest.mark.parametrize("documents", [0, 3])
def test_after_nothing_and_after_the_last_page_there_is_an_hour_of_rest(
    documents: int, after: timedelta, cstat: str
) -> None:
    serie = begun(documents)
    serie.distribuir(0, INICIO)
    found = serie.distribuir(documents, INICIO + after)
    assert found.cstat == cstat
    if cstat == "656":
        assert (said(found), CEDO in found.xmotivo) == (("656", documents, 0), True)


def test_whoever_asks_during_a_block_begins_its_hour_again() -> None:
    serie, now = begun(), INICIO
    serie.distribuir(0, now)
    serie.distribuir(0, now)
    asked = (partial(serie.distribuir, 0), serie.avulsa)
    for ask in asked:
        now += HOUR - SECOND
        assert said(ask(now))[0] == "656"
    now += HOUR
    assert serie.avulsa(now) is None
    assert serie.distribuir(0, now).cstat == "137"


def test_a_number_beyond_the_greatest_is_told_by_what_there_is() -> None:
    serie = begun(60)
    serie.distribuir(0, INICIO)
    assert said(serie.distribuir(61, INICIO)) == ("589", 60, 60)
    assert said(serie.por_nsu(61, INICIO)) == ("589", 50, 60)
    assert said(serie.distribuir(50, INICIO)) == ("138", 60, 60)


def test_twenty_single_questions_fit_into_any_hour() -> None:
    serie = begun()
    moments = [INICIO + minute * timedelta(minutes=1) for minute in range(20)]
    assert [serie.avulsa(now) for now in moments] == [None] * 20
    assert serie.avulsa(INICIO + HOUR) is None
    found = serie.avulsa(INICIO + HOUR + timedelta(seconds=59))
    assert found is not None
    assert (said(found), DEMAIS in found.xmotivo) == (("656", 0, 0), True)


@pytest.mark.parametrize("forced", [None, "137", "108"])
def test_a_single_question_moves_nothing(forced: str | None) -> None:
    serie = begun(60)
    serie.distribuir(0, INICIO)
    if forced:
        serie.forcados.append(forced)
        assert said(serie.avulsa(INICIO)) == (forced, 50, 60)
    else:
        assert serie.avulsa(INICIO) is None
        assert numbers(serie.por_nsu(7, INICIO)) == [7]
    assert said(serie.distribuir(50, INICIO)) == ("138", 60, 60)


def test_a_single_question_before_any_other_leaves_the_place_to_begin_open() -> None:
    serie = begun(60)
    serie.forcados.append("137")
    assert said(serie.avulsa(INICIO)) == ("137", 0, 60)
    assert said(serie.distribuir(10, INICIO)) == ("138", 60, 60)


def test_a_single_question_is_free_during_the_rest() -> None:
    serie = begun(1)
    serie.distribuir(0, INICIO)
    assert serie.avulsa(INICIO) is None


def test_a_number_without_a_document_is_no_fault_and_one_may_be_refused() -> None:
    serie = begun(1)
    serie.pular(1)
    serie.recusados[1] = "999"
    assert [serie.por_nsu(nsu, INICIO).cstat for nsu in (1, 2)] == ["999", "137"]


@pytest.mark.parametrize("cstat", ["108", "109", "282", "999"])
def test_the_next_answer_may_be_told_and_the_one_after_is_as_usual(cstat: str) -> None:
    serie = begun(60)
    serie.forcados.append(cstat)
    found = serie.distribuir(0, INICIO)
    assert said(found) == (cstat, 0, 60)
    assert found.xmotivo == MOTIVOS.get(cstat, "Rejeicao: Erro nao catalogado")
    assert said(serie.distribuir(0, INICIO)) == ("138", 50, 60)


def test_nothing_in_mid_series_is_followed_by_a_rest_and_a_forced_656_by_a_block() -> None:
    for forced in ("137", "656"):
        serie = begun(60)
        serie.distribuir(0, INICIO)
        serie.forcados.append(forced)
        assert said(serie.distribuir(50, INICIO)) == (forced, 50, 60 if forced == "137" else 0)
        assert serie.distribuir(50, INICIO + HOUR - SECOND).cstat == "656"
        assert serie.distribuir(50, INICIO + 2 * HOUR).cstat == "138"


def test_what_waits_comes_with_the_first_question_after_it_is_due() -> None:
    serie = begun()
    serie.espera += [(INICIO + HOUR, "procNFe_v4.00.xsd", b"cedo"), (INICIO + DAY, "procNFe_v4.00.xsd", b"tarde")]
    assert serie.distribuir(0, INICIO).cstat == "137"
    assert [one.conteudo for one in serie.distribuir(0, INICIO + HOUR).documentos] == [b"cedo"]
    assert [one for _, _, one in serie.espera] == [b"tarde"]
    assert serie.distribuir(1, INICIO + HOUR).cstat == "656"
    assert said(serie.avulsa(INICIO + DAY) or serie.por_nsu(2, INICIO + DAY)) == ("138", 1, 2)
