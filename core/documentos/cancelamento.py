"""The answer to a cancellation that programs write into the file of the document itself, behind its protocol."""

from lxml.etree import _Element

from core.documentos.abertura import local_name
from core.documentos.chave import modelo
from core.documentos.situacao import REGISTRADO, TESTE
from core.documentos.tipos_evento import Efeito, efeito_de

_ANSWERS = ("retevento", "procevento")
_TESTE = str(TESTE)


def holds_its_cancellation(raiz: _Element, campo: str, chave: str) -> bool:
    """Tell whether a registered cancellation of this key stands beside the document (its name there is `campo`)."""
    of_test = (raiz.findtext(".//{*}ide/{*}tpAmb") or "").strip() == _TESTE
    beside = [child for child in raiz if local_name(child)[1].casefold().startswith(_ANSWERS)]
    return any(
        _cancels(answer, campo, chave, of_test=of_test) for child in beside for answer in child.iter("{*}infEvento")
    )


def _cancels(answer: _Element, campo: str, chave: str, *, of_test: bool) -> bool:
    said = {local_name(child)[1]: (child.text or "").strip() for child in answer if isinstance(child.tag, str)}
    registered = said.get(campo) == chave and said.get("cStat") in REGISTRADO
    tried = said.get("tpAmb") == _TESTE and not of_test
    return registered and not tried and efeito_de(said.get("tpEvento", ""), modelo(chave)) is Efeito.CANCELA
