"""What the readers of all kinds share: the one element that holds a document, and what every document says."""

from itertools import islice
from typing import Any

from lxml.etree import _Element

from core.documentos.abertura import local_name
from core.documentos.conteudo import Papel
from core.documentos.parser.chaves import avisar_ambiente, comparar, comparar_numero, uf_da_chave
from core.documentos.parser.grupo import NOME, Contexto, Grupo
from core.documentos.parser.protocolo import digest_confere, protocolo
from core.documentos.parser.recusa import Recusado

# The layouts have ten.
_MOST_AUTHORISED = 100


def corpo(raiz: _Element, nome: str, contexto: Contexto) -> Grupo:
    """Return the one element of this name, wherever it stands; in another namespace too, which is told.

    Raises:
        Recusado: there is none, or there are several.
    """
    espaco = local_name(raiz)[0]
    found = list(raiz.iter(f"{{{espaco}}}{nome}" if espaco else nome))
    if not found:
        found = list(raiz.iter(f"{{*}}{nome}"))
        if found:
            contexto.avisar(f"{nome} não está no namespace da raiz")
    if not found:
        raise Recusado("sem_conteudo", f"{local_name(raiz)[1][:60]} não traz {nome}")
    if len(found) > 1:
        raise Recusado("varios_documentos", f"há {len(found)} documentos em um só ({nome})")
    return Grupo(found[0], contexto)


def e_resposta(place: Grupo) -> bool:
    """Tell whether an element stands in an answer, as in a `retEvento`."""
    pai = place.elemento.getparent() if place.elemento is not None else None
    return pai is not None and local_name(pai)[1].casefold().startswith("ret")


def papeis(*partes: tuple[Papel, str | None]) -> tuple[tuple[Papel, str], ...]:
    """Return who is what in a document, each once."""
    return tuple(dict.fromkeys((papel, numero) for papel, numero in partes if numero is not None))


def autorizados(info: Grupo) -> tuple[str, ...]:
    """Return who else may read a document (`autXML`)."""
    found = (one.documento() for one in islice(info.grupos("autXML"), _MOST_AUTHORISED))
    return tuple(filter(None, found))


def cabeca(raiz: _Element, info: Grupo, chave: str, numero: str, campo: str, contexto: Contexto) -> dict[str, Any]:
    """Return what every document with a protocol says, by the fields of `Cabeca`; what is odd in it is told.

    `numero` is the name that its number has, as `nNF`, `campo` that of a key in its protocol, as `chNFe`.
    """
    ide, emit = info.grupo("ide"), info.grupo("emit")
    said: dict[str, Any] = {
        "chave": chave,
        "modelo": chave[20:22],
        "serie": ide.inteiro("serie"),
        "numero": ide.inteiro(numero),
        "data_emissao": ide.instante("dhEmi", "dEmi"),
        "ambiente": ide.inteiro("tpAmb", 99),
        "emit_cnpj": emit.documento(),
        "emit_nome": emit.texto("xNome", NOME),
        "emit_uf": emit.grupo("enderEmit").texto("UF", 2) or uf_da_chave(chave),
    }
    comparar(chave, ide, said["emit_cnpj"], said["data_emissao"], contexto)
    comparar_numero(chave, said["serie"], said["numero"], contexto)
    avisar_ambiente(said["ambiente"], contexto)
    return said | _resposta(raiz, chave, campo, said["ambiente"], contexto)


def _resposta(raiz: _Element, chave: str, campo: str, ambiente: int | None, contexto: Contexto) -> dict[str, Any]:
    proof = protocolo(raiz, campo, chave, ambiente, contexto)
    return {
        "conferida": digest_confere(raiz, proof, chave, contexto),
        "protocolo": proof.numero,
        "status": proof.status,
        "motivo": proof.motivo,
        "recebido_em": proof.recebido_em,
    }
