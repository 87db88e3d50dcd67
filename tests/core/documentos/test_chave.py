"""What a key says of its document, whichever of the two forms it has."""

import pytest

from core.documentos.chave import emitente_da_chave, mes_da_chave
from sandbox.documentos.comum import COM_LETRAS, EMITENTE, QUANDO, Pessoa, chave, cnpj
from sandbox.documentos.servicos import chave_de_servico


@pytest.mark.parametrize("who", [EMITENTE, COM_LETRAS, Pessoa("11144477735"), Pessoa(cnpj(0))])
def test_the_issuer_and_the_month_are_read_from_a_key(who: Pessoa) -> None:
    for key in (chave("55", 7, emitente=who.documento), chave_de_servico(7, prestador=who)):
        assert (emitente_da_chave(key), mes_da_chave(key)) == (who.documento, f"{QUANDO:%Y-%m}")


@pytest.mark.parametrize("aamm", ["2600", "2613", "../.", "    ", "٢٦١١"])
def test_what_is_no_month_is_none(aamm: str) -> None:
    key, other = chave("55", 7), chave_de_servico(7)
    assert mes_da_chave(key[:2] + aamm + key[6:]) is mes_da_chave(other[:36] + aamm + other[40:]) is None
