"""Brazilian fiscal identifiers: CPF, CNPJ (digits, or letters since July 2026) and the 44-character chave de acesso.

Check digits and what is built of them take the bare text. People and other systems write documents in many ways:
`normalizar_*` brings them to one form, by which they are compared, and `formatar_*` writes them for people.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import mul

MODELO_CFE = "59"

# States by their abbreviation, with the IBGE code that keys and messages use.
# fmt: off
UFS = {
    "RO": "11", "AC": "12", "AM": "13", "RR": "14", "PA": "15", "AP": "16", "TO": "17", "MA": "21", "PI": "22",
    "CE": "23", "RN": "24", "PB": "25", "PE": "26", "AL": "27", "SE": "28", "BA": "29", "MG": "31", "ES": "32",
    "RJ": "33", "SP": "35", "PR": "41", "SC": "42", "RS": "43", "MS": "50", "MT": "51", "GO": "52", "DF": "53",
}
# fmt: on
CODIGOS_UF = frozenset(UFS.values())

_PESOS_CNPJ = ((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))
_PESOS_CPF = ((10, 9, 8, 7, 6, 5, 4, 3, 2), (11, 10, 9, 8, 7, 6, 5, 4, 3, 2))
_PESOS_CHAVE = tuple(2 + (42 - place) % 8 for place in range(43))

# A field of a document may hold a whole text; in no spelling has a document so many letters and digits.
LONGEST_DOCUMENT = 40
_TIPOS = {11: "cpf", 14: "cnpj"}

_NOT_OF_IT = re.compile(r"[^0-9A-Z]+")
_PREFIX = re.compile(r"^(?:NF3e|NFCom|NFe|NFS|CTe|CFe|DCe|MDFe|BPe)(?=[\s0-9])", re.IGNORECASE)
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_CPF = re.compile(r"[0-9]{11}")
_FORMA_CHAVE = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}")
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


def parece_chave(texto: str) -> bool:
    """Tell whether 44 characters have digits and letters where a chave de acesso has them."""
    return bool(_FORMA_CHAVE.fullmatch(texto))


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


def normalizar_documento(escrito: object) -> str:
    """Return a CPF or CNPJ in the one form for comparing: upper case, only 0-9 and A-Z; "" for what is neither.

    A number has lost its leading zeros: they come back. docs/reference/contracts/sync.md §C.
    """
    if isinstance(escrito, int) and not isinstance(escrito, bool) and escrito >= 0:
        return _with_zeros(str(escrito))
    if not isinstance(escrito, str):
        return ""
    return _bare(escrito)


def _bare(text: str) -> str:
    # upper() makes letters out of some that are none of ours
    return _NOT_OF_IT.sub("", text.encode("ascii", "ignore").decode().upper())


def _with_zeros(digits: str) -> str:
    """Give a number the length of a document; where it may be both, the one whose check digits are right."""
    if len(digits) <= 11 and not (cnpj_valido(digits.zfill(14)) and not cpf_valido(digits.zfill(11))):
        return digits.zfill(11)
    return digits.zfill(14)


def tipo_documento(escrito: object) -> str | None:
    """Return "cpf" or "cnpj" by the length of the normal form, or None: a formatted CPF has 14 characters too."""
    return _TIPOS.get(len(normalizar_documento(escrito)))


def documento_ausente(escrito: object) -> bool:
    """Tell whether a field holds no document: blank, punctuation, one repeated character, or a whole text."""
    bare = normalizar_documento(escrito)
    return len(set(bare)) <= 1 or len(bare) > LONGEST_DOCUMENT


def documento_valido(escrito: object) -> bool:
    """Tell whether a CPF or CNPJ, in any spelling, has right check digits."""
    bare = normalizar_documento(escrito)
    return cpf_valido(bare) or cnpj_valido(bare)


def formatar_documento(escrito: object) -> str:
    """Return a CPF or CNPJ as people write it, 111.444.777-35 or 12.ABC.345/01DE-35; as it is when it is neither."""
    bare = normalizar_documento(escrito)
    match tipo_documento(bare):
        case "cpf":
            return f"{bare[:3]}.{bare[3:6]}.{bare[6:9]}-{bare[9:]}"
        case "cnpj":
            return f"{bare[:2]}.{bare[2:5]}.{bare[5:8]}/{bare[8:12]}-{bare[12:]}"
    return bare


def formatar_parte(identificacao: str) -> str:
    """Return a party of a document as people write it: a CPF or CNPJ; a foreigner's identification is any text."""
    is_document = cpf_valido(identificacao) or cnpj_valido(identificacao)
    return formatar_documento(identificacao) if is_document else identificacao


def mascarar_documento(escrito: object) -> str:
    """Return a document for logs: its last four characters."""
    bare = normalizar_documento(escrito)
    return f"***{bare[-4:]}" if len(bare) > 4 else "***"


def normalizar_chave(escrita: str) -> str:
    """Return a chave de acesso without blanks, punctuation and the `NFe`, `CTe` or `CFe` in front of it."""
    return _bare(_PREFIX.sub("", escrita.strip()))


def formatar_chave(escrita: str) -> str:
    """Return a chave de acesso in groups of four, as on paper."""
    bare = normalizar_chave(escrita)
    return " ".join(bare[start : start + 4] for start in range(0, len(bare), 4))


@lru_cache(maxsize=4096)
def _emitente_valido(emitente: str, modelo: str) -> bool:
    # a producer without CNPJ issues with the CPF, filled with zeros on the left; never through a SAT box
    cpf = modelo != MODELO_CFE and emitente.startswith("000") and cpf_valido(emitente[3:])
    return cpf or cnpj_valido(emitente)
