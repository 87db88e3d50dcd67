"""Questions of distribution, read strictly, and their answers.

docs/reference/contracts/sefaz.md §2.4, §2.5.
"""

import base64
import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from core.fiscal import CODIGOS_UF, chave_valida, cnpj_valido, cpf_valido, parece_chave
from sandbox.sefaz.envelope import edited, prefixed
from sandbox.sefaz.serie import Achado
from sandbox.sefaz.servicos import Servico
from sandbox.sefaz.textos import hora

BASE = 8
_QUEM = {"CNPJ": r"[0-9A-Z]{12}[0-9]{2}", "CPF": r"[0-9]{11}"}


@dataclass(frozen=True)
class Pergunta:
    """A question that is well made: who asks, by which form, for what."""

    documento: str
    forma: str
    valor: str


def ler(message: etree._Element, servico: Servico, titular: str, ambiente: str) -> Pergunta | str:
    """Return the question, else the status of its refusal."""
    if edited(message):
        return "588"
    if prefixed(message):
        return "404"
    if message.tag != f"{{{servico.ns}}}distDFeInt":
        return "215"
    if message.get("versao") != servico.versao:
        return "239"
    fields = _fields(message, servico)
    if fields is None:
        return "215"
    return _refused(fields, titular, ambiente) or Pergunta(fields["quem"], fields["forma"], fields["valor"])


def _fields(message: etree._Element, servico: Servico) -> dict[str, str] | None:
    """Return what a message says where its elements are those of the schema, in its order."""
    names = [etree.QName(one) for one in message]
    if any(name.namespace != servico.ns for name in names) or len(message) < 3 or len(message[-1]) != 1:
        return None
    form, inner = names[-1].localname, message[-1][0]
    before = [name.localname for name in names[:-1]]
    with_uf = before[:2] == ["tpAmb", "cUFAutor"]
    if not with_uf and (servico.uf_obrigatoria or before[:1] != ["tpAmb"]):
        return None
    who = before[2 if with_uf else 1 :]
    if len(who) != 1 or who[0] not in _QUEM or form not in servico.perguntas:
        return None
    if inner.tag != f"{{{servico.ns}}}{servico.perguntas[form]}":
        return None
    texts = {name.localname: one.text or "" for name, one in zip(names[:-1], message[:-1], strict=True)}
    found = {
        "uf": texts.get("cUFAutor", "35"),
        "ambiente": texts["tpAmb"],
        "quem": texts[who[0]],
        "forma": form,
        "valor": inner.text or "",
    }
    return found if re.fullmatch(_QUEM[who[0]], found["quem"]) and _in_shape(found) else None


def _in_shape(found: dict[str, str]) -> bool:
    value = found["valor"]
    good = parece_chave(value) if found["forma"] == "consChNFe" else re.fullmatch(r"[0-9]{15}", value)
    return bool(good and found["uf"] in CODIGOS_UF and found["ambiente"] in ("1", "2"))


def _refused(found: dict[str, str], titular: str, ambiente: str) -> str | None:
    if found["ambiente"] != ambiente:
        return "252"
    who = found["quem"]
    if not (cpf_valido(who) if len(who) == 11 else cnpj_valido(who)):
        return "490" if len(who) == 11 else "489"
    if who[:BASE] != titular[:BASE]:
        return "593"
    return "236" if found["forma"] == "consChNFe" and not chave_valida(found["valor"]) else None


def escrever(found: Achado, servico: Servico, ambiente: str, now: datetime, *, nsu_do_documento: str = "sempre") -> str:
    """Return the retDistDFeInt; an answer by key has documents whose NSU is `zero` or `ausente`."""
    numbers = "".join(
        f"<{name}>{value:015d}</{name}>"
        for name, value in (("ultNSU", found.ult_nsu), ("maxNSU", found.max_nsu))
        if value is not None
    )
    documents = "".join(
        f'<docZip{_nsu(one.nsu, nsu_do_documento)} schema="{one.schema}">{base64.b64encode(one.conteudo).decode()}'
        "</docZip>"
        for one in found.documentos
    )
    lot = f"<loteDistDFeInt>{documents}</loteDistDFeInt>" if documents else ""
    return (
        f'<retDistDFeInt versao="{servico.versao}" xmlns="{servico.ns}"><tpAmb>{ambiente}</tpAmb>'
        f"<verAplic>1.7.6</verAplic><cStat>{found.cstat}</cStat><xMotivo>{found.xmotivo}</xMotivo>"
        f"<dhResp>{hora(now, offset=servico.offset)}</dhResp>{numbers}{lot}</retDistDFeInt>"
    )


def _nsu(number: int, how: str) -> str:
    if how == "ausente":
        return ""
    return f' NSU="{0 if how == "zero" else number:015d}"'
