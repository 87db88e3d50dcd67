"""The access key a document names itself by: 44 characters with the right check digit, 50 in a national NFS-e."""

import re
from dataclasses import dataclass

from core.fiscal import cnpj_valido, cpf_valido, digito_chave, parece_chave

# The length of an NFS-e's key; those of all others have 44 characters.
NFSE_KEY = 50
# Municipality 7, environment 1, kind of inscription 1; the inscription, which may be a CNPJ with letters; number 13,
# year and month 4, code 9, check digit 1 (TSIdNFSe).
CHAVE_NFSE = re.compile(r"[0-9]{9}[0-9A-Z]{14}[0-9]{27}")
_AAMM = re.compile(r"[0-9]{2}(?:0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Lugares:
    """Where a key has its issuer (14 characters), and year and month (4), counted from 0."""

    emitente: int
    mes: int


LUGARES, LUGARES_NFSE = Lugares(emitente=6, mes=2), Lugares(emitente=9, mes=36)


@dataclass(frozen=True)
class Invalida:
    """Why an `Id` holds no key."""

    motivo: str


def chave_do_id(texto: str | None, prefixo: str) -> str | Invalida:
    """Return the key in an `Id` with this prefix, else why there is none. The CNPJ in it is not checked by itself:
    the key's own check digit covers it.
    """
    bare = (texto or "").strip()
    if not bare:
        return Invalida("não há chave")
    found = bare.removeprefix(prefixo) if bare.startswith(prefixo) else ""
    if not parece_chave(found):
        return Invalida(f"{bare[:60]!r} não é uma chave")
    return found if digito_chave(found[:43]) == found[43] else Invalida(f"dígito verificador errado: {found}")


def modelo(chave: str) -> str:
    """Return the model of the document, as `55`."""
    return chave[20:22]


def emitente_da_chave(chave: str) -> str:
    """Return the issuer a key names: a CPF stands there with zeros before it, as no CNPJ does."""
    start = _lugares(chave).emitente
    found = chave[start : start + 14]
    return found[3:] if found.startswith("000") and cpf_valido(found[3:]) and not cnpj_valido(found) else found


def mes_da_chave(chave: str) -> str | None:
    """Return year and month of a key, as `2026-11`; None where there is no month."""
    start = _lugares(chave).mes
    found = chave[start : start + 4]
    return f"20{found[:2]}-{found[2:]}" if _AAMM.fullmatch(found) else None


def _lugares(chave: str) -> Lugares:
    return LUGARES_NFSE if len(chave) == NFSE_KEY else LUGARES
