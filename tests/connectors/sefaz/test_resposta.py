"""An answer of the other environment: nothing of it is ours but that it came from there."""

import pytest

from connectors.sefaz.resposta import COM_NUMEROS, Recebido, Resposta, Resultado

CAME = Recebido(7, "procNFe_v4.00.xsd", "procNFe", b"<nfeProc/>")


def answer(resultado: Resultado, ambiente: int | None) -> Resposta:
    return Resposta(resultado, "138", "dito", (CAME,), 7, 9, ha_mais=True, ambiente=ambiente)


@pytest.mark.parametrize("resultado", Resultado)
@pytest.mark.parametrize("ambiente", [None, 2])
def test_one_of_our_environment_or_of_none_stays_as_it_is(resultado: Resultado, ambiente: int | None) -> None:
    given = answer(resultado, ambiente)
    assert given.de(2) is given


@pytest.mark.parametrize("resultado", sorted(COM_NUMEROS))
def test_one_of_the_other_moves_no_numbering_and_brings_nothing(resultado: Resultado) -> None:
    found = answer(resultado, 1).de(2)
    assert (found.resultado, found.codigo) == (Resultado.AMBIENTE, "138")
    assert (found.documentos, found.ult_nsu, found.max_nsu, found.ha_mais) == ((), None, None, False)
    assert "do ambiente 1 e a pergunta foi ao 2" in found.motivo


@pytest.mark.parametrize("resultado", sorted(set(Resultado) - COM_NUMEROS))
def test_a_refusal_of_the_other_is_told_in_its_own_words(resultado: Resultado) -> None:
    given = answer(resultado, 1)
    assert given.de(2) is given
