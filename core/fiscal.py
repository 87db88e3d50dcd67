"""Check digits of Brazilian fiscal identifiers: CNPJ (digits or letters), CPF and the 44-character chave de acesso.

Every function takes the bare text, without punctuation; a document is never a number, its leading zeros count.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import mul

MODELO_CFE = "59"

CODIGOS_UF = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "16",
        "17",
        "21",
        "22",
        "23",
        "24",
        "25",
        "26",
        "27",
        "28",
        "29",
        "31",
        "32",
        "33",
        "35",
        "41",
        "42",
        "43",
        "50",
        "51",
        "52",
        "53",
    ],
)

_PESOS_CNPJ = ((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))
_PESOS_CPF = ((10, 9, 8, 7, 6, 5, 4, 3, 2), (11, 10, 9, 8, 7, 6, 5, 4, 3, 2))
_PESOS_CHAVE = tuple(2 + (42 - place) % 8 for place in range(43))

_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_CPF = re.compile(r"[0-9]{11}")
_CHAVE = re.compile(
    r"(?P<uf>[0-9]{2})[0-9]{2}(?P<mes>[0-9]{2})(?P<emitente>[0-9A-Z]{12}[0-9]{2})(?P<modelo>[0-9]{2})[0-9]{22}"
)


def _modulo11(base: str, pesos: Sequence[int]) -> str:
    if len(base) != len(pesos):
        raise ValueError(f"{len(base)} caracteres em vez de {len(pesos)}")
    # ASCII code - 48 leaves digits as they are and makes A = 17 (NT 2025.001)
    rest = (sum(map(mul, base.encode("ascii"), pesos)) - 48 * sum(pesos)) % 11
    return "0" if rest < 2 else str(11 - rest)


def digitos_cnpj(base: str) -> str:
    """Return the two check digits of a CNPJ's first 12 characters."""
    first = _modulo11(base, _PESOS_CNPJ[0])
    return first + _modulo11(base + first, _PESOS_CNPJ[1])


def cnpj_valido(cnpj: str) -> bool:
    """Tell whether 14 characters are a CNPJ with right check digits; one repeated character is none."""
    return bool(_CNPJ.fullmatch(cnpj)) and len(set(cnpj)) > 1 and digitos_cnpj(cnpj[:12]) == cnpj[12:]


def digitos_cpf(base: str) -> str:
    """Return the two check digits of a CPF's first 9 digits."""
    first = _modulo11(base, _PESOS_CPF[0])
    return first + _modulo11(base + first, _PESOS_CPF[1])


def cpf_valido(cpf: str) -> bool:
    """Tell whether 11 digits are a CPF with right check digits; one repeated digit is none."""
    return bool(_CPF.fullmatch(cpf)) and len(set(cpf)) > 1 and digitos_cpf(cpf[:9]) == cpf[9:]


def digito_chave(base: str) -> str:
    """Return the check digit of a chave de acesso's first 43 characters (modulo 11, weights 2 to 9 from the right)."""
    return _modulo11(base, _PESOS_CHAVE)


def montar_chave_cfe(*, cnpj: str, nserie: str, ncf: int, aamm: str, uf: str = "35", aleatorio: str = "000001") -> str:
    """Build the 44-digit key of a CF-e (ER SAT): UF, AAMM, CNPJ, 59, NSERIE (9), nCF (6), random (6), check digit.

    Raises:
        ValueError: the parts do not make a valid key.
    """
    base = f"{uf}{aamm}{cnpj}{MODELO_CFE}{nserie:0>9}{ncf:06d}{aleatorio:0>6}"
    if len(base) != 43 or not chave_valida(chave := base + digito_chave(base), MODELO_CFE):
        raise ValueError(f"as partes não formam uma chave de CF-e: {base}")
    return chave


def chave_valida(chave: str, modelo: str | None = None) -> bool:
    """Tell whether a chave de acesso has a known UF, a month, a valid emitente and the right check digit.

    With `modelo` the key must be of that model; model 59 holds digits only.
    """
    partes = _CHAVE.fullmatch(chave)
    return (
        partes is not None
        and (modelo is None or partes["modelo"] == modelo)
        and (partes["modelo"] != MODELO_CFE or chave.isdigit())
        and partes["uf"] in CODIGOS_UF
        and "01" <= partes["mes"] <= "12"
        and _emitente_valido(partes["emitente"], partes["modelo"])
        and digito_chave(chave[:43]) == chave[43]
    )


@lru_cache(maxsize=4096)
def _emitente_valido(emitente: str, modelo: str) -> bool:
    # a producer without CNPJ issues with the CPF, filled with zeros on the left; never through a SAT box
    cpf = modelo != MODELO_CFE and emitente.startswith("000") and cpf_valido(emitente[3:])
    return cpf or cnpj_valido(emitente)
