"""The rules of use: rest, block, budget of single questions, numbers.

docs/reference/contracts/sefaz.md §3.
"""

import base64
import gzip
import re

import pytest
from support.sefaz import EMPRESA, FILIAL, OUTRA, Lugar, dist, pergunta, perguntar

from sandbox.documentos.comum import Pessoa, chave
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.sefaz import bomba, comprimido

HOUR, DAY = 3600, 86_400
FULL = "resNFe_v1.01.xsd"


def publish(lugar: Lugar, amount: int, servico: str = "nfe", cnpj: str = EMPRESA) -> None:
    lugar.server.comecar(cnpj, servico)
    for number in range(amount):
        lugar.server.publicar(cnpj, servico, FULL, b"<resNFe>%d</resNFe>" % number)


def single(lugar: Lugar, nsu: int) -> str:
    return perguntar(lugar, pergunta(f"<consNSU><NSU>{nsu:015d}</NSU></consNSU>")).cstat


def by_key(lugar: Lugar, key: str) -> str:
    return perguntar(lugar, pergunta(f"<consChNFe><chNFe>{key}</chNFe></consChNFe>")).cstat


def test_numbering_begins_with_the_first_question(lugar: Lugar) -> None:
    assert lugar.server.publicar(EMPRESA, "nfe", FULL, b"<resNFe/>") is None
    first = dist(lugar)
    assert (first.cstat, first.nsus) == ("137", (0, 0))
    assert lugar.server.publicar(EMPRESA, "nfe", FULL, b"<resNFe/>") == 1


def test_pages_have_fifty_and_go_on_at_once_until_the_last(lugar: Lugar) -> None:
    publish(lugar, 120)
    told = [dist(lugar, nsu) for nsu in (0, 50, 100)]
    assert [(one.cstat, one.nsus, len(one.zips)) for one in told] == [
        ("138", (50, 120), 50),
        ("138", (100, 120), 50),
        ("138", (120, 120), 20),
    ]


def test_a_page_says_what_it_holds(lugar: Lugar) -> None:
    publish(lugar, 1)
    told = dist(lugar).texto
    packed = re.search(r'<docZip NSU="000000000000001" schema="resNFe_v1.01.xsd">([^<]+)</docZip>', told)
    assert packed is not None
    assert gzip.decompress(base64.b64decode(packed[1])) == b"<resNFe>0</resNFe>"


def test_after_nothing_and_after_the_last_page_there_is_an_hour_of_rest(lugar: Lugar) -> None:
    assert dist(lugar).cstat == "137"
    lugar.clock.advance(HOUR - 1)
    early = dist(lugar)
    assert (early.cstat, early.nsus) == ("656", (0, 0))
    assert "aguardado 1 hora" in early.campos["xMotivo"]
    publish(lugar, 3)
    lugar.clock.advance(HOUR)
    assert dist(lugar).cstat == "138"
    assert dist(lugar, 3).cstat == "656"


def test_asking_during_the_block_begins_its_hour_again(lugar: Lugar) -> None:
    publish(lugar, 3)
    dist(lugar)
    blocked = dist(lugar, 3)
    assert (blocked.cstat, blocked.nsus) == ("656", (3, 0))
    for _ in range(2):
        lugar.clock.advance(HOUR - 1)
        assert dist(lugar, 3).cstat == "656"
    lugar.clock.advance(HOUR - 1)
    assert single(lugar, 1) == "656"
    lugar.clock.advance(HOUR)
    assert dist(lugar, 3).cstat == "137"


def test_a_question_out_of_sequence_is_undue(lugar: Lugar) -> None:
    publish(lugar, 120)
    dist(lugar)
    again = dist(lugar)
    assert (again.cstat, again.nsus) == ("656", (50, 0))
    assert "utilizado o ultNSU" in again.campos["xMotivo"]


def test_a_number_beyond_the_greatest_is_told(lugar: Lugar) -> None:
    publish(lugar, 3)
    ahead = dist(lugar, 9)
    assert (ahead.cstat, ahead.nsus) == ("589", (3, 3))
    assert single(lugar, 9) == "589"


def test_twenty_single_questions_an_hour_move_nothing(lugar: Lugar) -> None:
    publish(lugar, 60)
    dist(lugar)
    assert [single(lugar, 1) for _ in range(20)] == ["138"] * 20
    assert lugar.server.serie(EMPRESA).ult_nsu == 50
    assert single(lugar, 1) == "656"
    lugar.clock.advance(HOUR)
    assert single(lugar, 1) == "138"
    assert dist(lugar, 50).cstat == "138"


def test_single_questions_do_not_disturb_the_rest(lugar: Lugar) -> None:
    publish(lugar, 1)
    dist(lugar)
    assert single(lugar, 1) == "138"
    lugar.clock.advance(HOUR)
    assert dist(lugar, 1).cstat == "137"


def test_numbers_without_a_document_are_jumped_over(lugar: Lugar) -> None:
    publish(lugar, 1)
    lugar.server.serie(EMPRESA).pular(4)
    publish(lugar, 1)
    assert re.findall(r'NSU="0*(\d+)"', dist(lugar).texto) == ["1", "6"]
    assert single(lugar, 3) == "137"


def test_a_page_may_be_short_and_not_the_last(lugar: Lugar) -> None:
    publish(lugar, 60)
    lugar.server.serie(EMPRESA).paginas.append(31)
    assert dist(lugar).nsus == (31, 60)
    assert dist(lugar, 31).nsus == (60, 60)


def test_nothing_may_be_said_in_mid_series(lugar: Lugar) -> None:
    publish(lugar, 60)
    dist(lugar)
    lugar.server.serie(EMPRESA).forcados.append("137")
    told = dist(lugar, 50)
    assert (told.cstat, told.nsus) == ("137", (50, 60))
    assert dist(lugar, 50).cstat == "656"


def test_the_service_may_be_stopped(lugar: Lugar) -> None:
    lugar.server.serie(EMPRESA).forcados.extend(["108", "656"])
    assert [dist(lugar).cstat for _ in range(2)] == ["108", "656"]


def test_series_are_of_a_cnpj_and_a_service(lugar: Lugar) -> None:
    publish(lugar, 3)
    publish(lugar, 2, "cte")
    publish(lugar, 1, cnpj=FILIAL)
    assert dist(lugar).nsus == (3, 3)
    assert dist(lugar, servico="cte").nsus == (2, 2)
    assert dist(lugar, cnpj=FILIAL).nsus == (1, 1)


def test_what_is_older_than_ninety_days_is_not_given(lugar: Lugar) -> None:
    publish(lugar, 2)
    lugar.clock.advance(50 * DAY)
    lugar.server.serie(EMPRESA).usada_em = lugar.clock.now()
    publish(lugar, 1)
    lugar.clock.advance(41 * DAY)
    assert single(lugar, 1) == "137"
    assert re.findall(r'NSU="0*(\d+)"', dist(lugar).texto) == ["3"]


def test_sixty_days_of_silence_stop_the_numbering(lugar: Lugar) -> None:
    dist(lugar)
    lugar.clock.advance(61 * DAY)
    assert lugar.server.publicar(EMPRESA, "nfe", FULL, b"<resNFe/>") is None
    dist(lugar)
    assert lugar.server.publicar(EMPRESA, "nfe", FULL, b"<resNFe/>") == 1


def test_by_key_a_refusal_says_why(lugar: Lugar) -> None:
    lugar.server.comecar(EMPRESA)
    good, denied, foreign = (
        lugar.server.emitir(EMPRESA),
        lugar.server.emitir(EMPRESA, situacao="2"),
        lugar.server.emitir(OUTRA),
    )
    own = lugar.server.emitir(OUTRA, emitente=Pessoa(EMPRESA))
    cancelled = lugar.server.emitir(EMPRESA)
    lugar.server.cancelar(cancelled)
    notes = (good, denied, foreign, own, cancelled)
    found = [by_key(lugar, one) for one in (*(note.chave for note in notes), chave("55", 999))]
    assert found == ["138", "654", "640", "641", "653", "217"]
    lugar.clock.advance(91 * DAY)
    assert by_key(lugar, good.chave) == "632"


def test_an_answer_by_key_has_no_number_or_zero(lugar: Lugar) -> None:
    lugar.server.comecar(EMPRESA)
    nota = lugar.server.emitir(EMPRESA)
    form = pergunta(f"<consChNFe><chNFe>{nota.chave}</chNFe></consChNFe>")
    assert perguntar(lugar, form).zips == ['<docZip NSU="000000000000000" schema="resNFe_v1.01.xsd">']
    lugar.server.formas = frozenset({"chave_nsu_ausente"})
    assert perguntar(lugar, form).zips == ['<docZip schema="resNFe_v1.01.xsd">']


def test_a_refusal_by_key_may_lack_the_numbers(lugar: Lugar) -> None:
    lugar.server.comecar(EMPRESA)
    nota = lugar.server.emitir(EMPRESA)
    lugar.server.cancelar(nota)
    lugar.server.formas = frozenset({"recusa_sem_nsu"})
    told = perguntar(lugar, pergunta(f"<consChNFe><chNFe>{nota.chave}</chNFe></consChNFe>"))
    assert told.cstat == "653"
    assert "ultNSU" not in told.campos


@pytest.mark.parametrize(
    "bad", [b"isto nao e gzip", comprimido(b"<resNFe/>")[:12], bomba(1024)], ids=["none", "cut", "bomb"]
)
def test_a_document_may_be_broken_in_any_way(lugar: Lugar, bad: bytes) -> None:
    lugar.server.comecar(EMPRESA)
    lugar.server.publicar(EMPRESA, "nfe", "outro_v9.99.xsd", bad, cru=True)
    told = dist(lugar)
    assert base64.b64encode(bad).decode() in told.texto
    assert 'schema="outro_v9.99.xsd"' in told.texto


def test_a_cte_comes_whole(lugar: Lugar) -> None:
    lugar.server.comecar(EMPRESA, "cte")
    made = conhecimento()
    lugar.server.publicar(EMPRESA, "cte", "procCTe_v4.00.xsd", made.xml)
    told = dist(lugar, servico="cte").texto
    packed = re.search(r">([^<]+)</docZip>", told)
    assert packed is not None
    assert gzip.decompress(base64.b64decode(packed[1])) == made.xml
