"""The access key a document names itself by: 44 characters with the right check digit."""

from dataclasses import dataclass

from core.fiscal import digito_chave, parece_chave


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
