"""What the root of a document says it is, and what stands in it: a table by local name and namespace.

Protocols and receipts are judged by their local names too: one that cannot be read is not one that is not there.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from lxml.etree import _Element

from core.documentos.abertura import local_name
from core.documentos.cancelamento import holds_its_cancellation
from core.documentos.chave import Invalida, chave_do_id, modelo
from core.documentos.espacos import BPE, CTE, GRAFIAS, MDFE, NF3E, NFCOM, NFE, PORTAL, SAT

AUTORIZADO, REGISTRADO = frozenset({"100", "150"}), frozenset({"134", "135", "136", "155"})
LOTES, CUPONS = frozenset({"envCFe"}), frozenset({"CFe", "CFeCanc"})
NFSE_MUNICIPAL = re.compile(
    r"(?:CompNfse|NFSe|Nfse|ListaNfse|Consultar\w*Nfse\w*|Gerar\w*Nfse\w*|Enviar\w*Nfse\w*)", re.ASCII
)


class Acao(StrEnum):
    """What is to be done with a document."""

    IMPORTAR = "importar"
    IGNORAR = "ignorar"
    SEPARAR = "separar"


@dataclass(frozen=True)
class Leitura:
    """What a document is. `motivo` is a short code, `mensagem` a sentence where the code does not say all.

    `parte` counts the documents of one file from 1; it is 0 for a file that is one document.
    """

    acao: Acao
    tipo: str | None = None
    identidade: str | None = None
    motivo: str | None = None
    mensagem: str | None = None
    parte: int = 0


Read = Callable[[_Element], Leitura]


@dataclass(frozen=True)
class Root:
    """How a root is read, and the namespaces in which it is what its name says."""

    spaces: tuple[str, ...]
    read: Read


def separar(
    motivo: str, mensagem: str | None = None, tipo: str | None = None, identidade: str | None = None
) -> Leitura:
    """Return that a person has to look at it."""
    return Leitura(Acao.SEPARAR, tipo, identidade, motivo, mensagem)


def classified(root: _Element) -> Leitura:
    """Return what a parsed document is."""
    space, name = local_name(root)
    known = ROOTS.get(name)
    if known is not None and space in known.spaces:
        return known.read(root)
    if name in NOTHING.get(space, ()):
        return Leitura(Acao.IGNORAR, None, None, "trafego_de_protocolo", name[:100])
    if (tipo := NO_METHOD.get(space)) and name.casefold().removesuffix("proc") in _names_of(tipo):
        return Leitura(Acao.IGNORAR, tipo, None, "sem_metodo")
    if NFSE_MUNICIPAL.fullmatch(name):
        return Leitura(Acao.IGNORAR, "nfse", None, "outro_protocolo")
    return _misnamed(root, space, name)


def _misnamed(root: _Element, space: str, name: str) -> Leitura:
    """Describe a root that is almost a known one; another reader may understand it differently."""
    known = ROOTS.get(name) or SPELLINGS.get(name.casefold())
    if known is None:
        return separar(_unknown(space, name), name[:100])
    found = known.read(root)
    if space in known.spaces:
        motivo, said = "raiz_com_outro_nome", f"a raiz se chama {name[:60]}"
    else:
        where = f"está no namespace {space[:100]}" if space else "não tem namespace"
        motivo, said = "raiz_sem_namespace", f"a raiz {name[:60]} {where}"
    inner = found.mensagem or (found.motivo if found.acao is not Acao.IMPORTAR else None)
    return replace(found, acao=Acao.SEPARAR, motivo=motivo, mensagem=f"{said}; {inner}" if inner else said)


def _unknown(space: str, name: str) -> str:
    if any(name in names for names in NOTHING.values()):
        return "raiz_sem_namespace"
    return "raiz_desconhecida" if space.startswith(PORTAL) or space == SAT else "nao_e_fiscal"


def _text(element: _Element | None, *path: str) -> str:
    """Return the text of a child in any namespace; empty without one."""
    for name in path:
        # not `find`: a path with any namespace is walked in Python
        element = next(element.iterchildren(f"{{*}}{name}"), None) if element is not None else None
    return ((element.text if element is not None else None) or "").strip()


def _is_test(body: _Element, *path: str) -> bool:
    """Tell whether a document is of SEFAZ's test environment, also where its number is written with a zero."""
    return _text(body, *path, "tpAmb").lstrip("0") == "2"


def _document(tipos: dict[str, str], path: str, info: str, prefixo: str, protocolo: str = "", chave: str = "") -> Read:
    """Return what reads a document with its protocol; `tipos` gives the kind of each model."""

    def read(root: _Element) -> Leitura:
        holders = root.iterchildren(f"{{*}}{path}") if path else [root]
        bodies = [body for holder in holders for body in holder.iterchildren(f"{{*}}{info}")]
        body = bodies[0] if bodies else None
        found = chave_do_id(body.get("Id") if body is not None else None, prefixo)
        if isinstance(found, Invalida) or body is None:
            return separar("chave_invalida", found.motivo if isinstance(found, Invalida) else None)
        tipo = tipos.get(modelo(found))
        stated = _text(body, "ide", "mod")
        if tipo is None or stated not in ("", modelo(found)):
            return separar("chave_divergente", f"modelo {modelo(found)} na chave, {stated or '?'} no documento")
        if len(bodies) > 1:
            return separar("varios_documentos", f"há {len(bodies)} documentos em um só", tipo, found)
        if wrong := _elsewhere(root, body):
            return separar("parte_sem_namespace", wrong, tipo, found)
        if _is_test(body, "ide"):
            return separar("ambiente_de_teste", None, tipo, found)
        refused = _disproved(root, protocolo, chave, found) if protocolo else None
        return replace(refused, tipo=tipo, identidade=found) if refused else Leitura(Acao.IMPORTAR, tipo, found)

    return read


def _elsewhere(root: _Element, body: _Element) -> str | None:
    """Say which part of a document stands in another namespace than its root, where its reader will not look."""
    space = local_name(root)[0]
    for part in (body.getparent(), body):
        if part is not None and local_name(part)[0] != space:
            return f"{local_name(part)[1]} não está no namespace da raiz"
    return None


def _disproved(root: _Element, protocolo: str, chave: str, found: str) -> Leitura | None:
    """Return why protocols speak against a document; None where nothing does."""
    proofs = list(root.iter("{*}infProt"))
    holders = [child for child in root if local_name(child)[1].casefold() == protocolo.casefold()]
    if holders and not proofs:
        return separar("protocolo_ilegivel", "o protocolo não traz infProt")
    proved = {key.strip()[:60] for key in _all_texts(proofs, chave)} - {"", found}
    if proved:
        return separar("chave_divergente", f"o protocolo é da chave {min(proved)}")
    if holds_its_cancellation(root, chave, found):
        return separar("nao_autorizado", "traz em si a resposta ao seu cancelamento")
    return _bad_status(proofs, AUTORIZADO, "nao_autorizado", "protocolo_ilegivel")


def _bad_status(proofs: list[_Element], good: frozenset[str], bad: str, unreadable: str) -> Leitura | None:
    for proof in proofs:
        states = {text.strip() for text in _all_texts([proof], "cStat")}
        if not states - {""}:
            return separar(unreadable, "não há cStat")
        if wrong := states - good:
            return separar(bad, f"cStat {min(wrong)[:10]}")
    return None


def _all_texts(elements: Iterable[_Element], name: str) -> list[str]:
    return [found.text or "" for element in elements for found in element.iter(f"{{*}}{name}")]


def _without_protocol(tipos: dict[str, str], info: str, prefixo: str) -> Read:
    def read(root: _Element) -> Leitura:
        body = root.find(f"{{*}}{info}")
        found = chave_do_id(body.get("Id") if body is not None else None, prefixo)
        if isinstance(found, Invalida):
            return separar("sem_protocolo", found.motivo)
        return separar("sem_protocolo", None, tipos.get(modelo(found)), found)

    return read


def _event(tipos: dict[str, str], chave: str, *, alone: str = "") -> Read:
    """Return what reads an event with its receipt, of the kind of its document; without one it is `alone`."""

    def read(root: _Element) -> Leitura:
        places = list(root.iter("{*}infEvento"))
        receipts = [place for place in places if _is_receipt(place)]
        bodies = [place for place in places if place not in receipts]
        body = bodies[0] if bodies else None
        key, kind, number = (_text(body, name) for name in (chave, "tpEvento", "nSeqEvento"))
        found = chave_do_id(key, "")
        complete = re.fullmatch(r"[0-9]{6}", kind) and re.fullmatch(r"[0-9]{1,3}", number)
        if isinstance(found, Invalida) or body is None or not complete:
            return separar("chave_invalida", "o evento não diz chave, tipo e sequência", alone or None)
        tipo, identidade = tipos.get(modelo(found)), f"{found}:{kind}:{int(number)}"
        if tipo is None:
            return separar("sem_metodo", f"evento de documento do modelo {modelo(found)}", None, identidade)
        if alone:
            return separar("sem_protocolo", None, tipo, identidade)
        refused = _event_refused(root, body, receipts, chave, found) or (
            separar("varios_documentos", f"há {len(bodies)} eventos em um só") if len(bodies) > 1 else None
        )
        return (
            replace(refused, tipo=tipo, identidade=identidade) if refused else Leitura(Acao.IMPORTAR, tipo, identidade)
        )

    return read


def _event_refused(root: _Element, body: _Element, receipts: list[_Element], chave: str, found: str) -> Leitura | None:
    if _is_test(body):
        return separar("ambiente_de_teste")
    held = [child for child in root if local_name(child)[1].casefold().startswith("ret")]
    if held and not receipts:
        return separar("retorno_ilegivel", "o retorno não traz infEvento")
    if other := {key.strip()[:60] for key in _all_texts(receipts, chave)} - {"", found}:
        return separar("chave_divergente", f"o retorno é da chave {min(other)}")
    if refused := _bad_status(receipts, REGISTRADO, "evento_nao_registrado", "retorno_ilegivel"):
        return refused
    wrong = _elsewhere(root, body)
    return separar("parte_sem_namespace", wrong) if wrong else None


def _is_receipt(place: _Element) -> bool:
    parent = place.getparent()
    return parent is not None and local_name(parent)[1].casefold().startswith("ret")


def _set_aside(tipo: str, motivo: str) -> Read:
    def read(_root: _Element) -> Leitura:
        return separar(motivo, None, tipo)

    return read


def _ignored(_root: _Element) -> Leitura:
    return Leitura(Acao.IGNORAR, "nfe_resumo", None, "resumo")


def _names_of(tipo: str) -> frozenset[str]:
    own = (tipo, f"envi{tipo}", f"retenvi{tipo}", f"proc{tipo}", f"evento{tipo}", f"procevento{tipo}", f"ret{tipo}")
    return frozenset({*own, f"retevento{tipo}", f"conssit{tipo}", f"retconssit{tipo}", f"res{tipo}"})


NFES, CTES, OSES = {"55": "nfe", "65": "nfce"}, {"57": "cte"}, {"67": "cteos"}
NFE_EVENTS = dict.fromkeys(NFES, "nfe_evento")
CTE_EVENTS = {"57": "cte_evento", "67": "cteos_evento"}
ROOTS: dict[str, Root] = {
    "nfeProc": Root((NFE,), _document(NFES, "NFe", "infNFe", "NFe", "protNFe", "chNFe")),
    "NFe": Root((NFE,), _without_protocol(NFES, "infNFe", "NFe")),
    "procEventoNFe": Root((NFE,), _event(NFE_EVENTS, "chNFe")),
    "evento": Root((NFE,), _event(NFE_EVENTS, "chNFe", alone="nfe_evento")),
    "procCancNFe": Root((NFE,), _set_aside("nfe_cancelamento_antigo", "cancelamento_antigo")),
    "resNFe": Root((NFE,), _ignored),
    "resEvento": Root((NFE,), _ignored),
    "cteProc": Root((CTE,), _document(CTES, "CTe", "infCte", "CTe", "protCTe", "chCTe")),
    "cteOSProc": Root((CTE,), _document(OSES, "CTeOS", "infCte", "CTe", "protCTe", "chCTe")),
    "cteSimpProc": Root((CTE,), _document({"57": "cte_simplificado"}, "CTeSimp", "infCte", "CTe", "protCTe", "chCTe")),
    "GTVeProc": Root((CTE,), _document({"64": "gtve"}, "GTVe", "infCte", "CTe", "protCTe", "chCTe")),
    "CTe": Root((CTE,), _without_protocol(CTES, "infCte", "CTe")),
    "CTeOS": Root((CTE,), _without_protocol(OSES, "infCte", "CTe")),
    "procEventoCTe": Root((CTE,), _event(CTE_EVENTS, "chCTe")),
    "eventoCTe": Root((CTE,), _event(CTE_EVENTS, "chCTe", alone="cte_evento")),
    "procCancCTe": Root((CTE,), _set_aside("cte_cancelamento_antigo", "cancelamento_antigo")),
    "CFe": Root(("", SAT), _document({"59": "cfe"}, "", "infCFe", "CFe")),
    "CFeCanc": Root(("", SAT), _document({"59": "cfe_cancelamento"}, "", "infCFe", "CFe")),
}
SPELLINGS: dict[str, Root] = {name.casefold(): root for name, root in ROOTS.items()} | {
    said: ROOTS[name] for said, name in GRAFIAS.items() if name in ROOTS
}
# Kinds of documents for which no method of import is published.
NO_METHOD = {MDFE: "mdfe", BPE: "bpe", NF3E: "nf3e", NFCOM: "nfcom"}
# What SEFAZ is asked and answers. What is not named here is told, for it may be a document.
_ASKED = (
    "enviX retEnviX consReciX retConsReciX consSitX retConsSitX consStatServ retConsStatServ inutX retInutX procInutX "
    "ProcInutX cancX retCancX protX retX envEvento retEnvEvento retEvento distDFeInt retDistDFeInt ConsCad retConsCad"
)
NOTHING: dict[str, frozenset[str]] = {
    NFE: frozenset(f"{_ASKED} downloadNFe retDownloadNFe consNFeDest retConsNFeDest".replace("X", "NFe").split()),
    CTE: frozenset(
        f"{_ASKED} retEventoCTe consStatServCte retConsStatServCte consStatServCTe retConsStatServCTe retCTeOS "
        "retCTeSimp retGTVe".replace("X", "CTe").split()
    ),
}
