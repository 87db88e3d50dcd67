"""The national NFS-e (ADN): notes of services in which a company has a part, its own too, and what happened to them.

It speaks REST and JSON, has three words for how an answer is meant, and no greatest NSU: one asks on until nothing is
left. docs/reference/contracts/sefaz.md §1.3.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.base.reading import Reply, one_line
from connectors.sefaz import pacote, xml
from connectors.sefaz.resposta import Recebido, Resposta, Resultado
from connectors.sefaz.servico import Forma, NaoEntendida, Pedido, Pergunta, Servico
from core.settings.sefaz import SefazSettings
from core.text import made_storable

BASES = {1: "https://adn.nfse.gov.br/contribuintes", 2: "https://adn.producaorestrita.nfse.gov.br/contribuintes"}
HEADERS = {"User-Agent": "Esteira", "Accept": "application/json, text/plain"}
MOST_DOCUMENTS = 1000
# The numbers are the country's, some billions a year: no company is further behind, not even at its first question.
MOST_AHEAD = 10**11
RESULTADOS = {
    "DOCUMENTOS_LOCALIZADOS": Resultado.DOCUMENTOS,
    "NENHUM_DOCUMENTO_LOCALIZADO": Resultado.NADA,
    "REJEICAO": Resultado.DESCONHECIDO,
}
# What may stand under each status; everything else there is a fault of the server, or of what stands before it.
_UNDER = {200: frozenset(RESULTADOS), 400: frozenset({"REJEICAO"}), 404: frozenset({"NENHUM_DOCUMENTO_LOCALIZADO"})}


class Nacional(Servico):
    """The distribution of the national NFS-e."""

    nome, titulo = "nfse", "NFS-e"
    formas = frozenset({Forma.SEQUENCIA})
    # whoever asks faster is soon answered 429
    pausa = 6.0
    opcional = True
    # the numbers are the country's: those between two of a company are others'
    lacunas = False
    # as it names what an item is, each with the root that it has
    raizes: Mapping[str, str] = {"NFSE": "NFSe", "EVENTO": "evento"}

    def pedido(self, pergunta: Pergunta, settings: SefazSettings) -> Pedido:
        """Return a question as it is sent."""
        base = (settings.url_nfse or BASES[settings.ambiente]).rstrip("/")
        url = f"{base}/DFe/{pergunta.nsu}?cnpjConsulta={pergunta.documento}&lote=true"
        return Pedido("GET", url, HEADERS, None, _UNDER)

    def resposta(self, reply: Reply, pergunta: Pergunta) -> Resposta:
        """Read an answer; its code is the HTTP status, in a refusal that of its first error."""
        found = reply.json_or_none()
        if not isinstance(found, dict):
            raise NaoEntendida("")
        word = found.get("StatusProcessamento")
        said, code = _errors(found), str(reply.status)
        if not isinstance(word, str) or word not in _UNDER[reply.status]:
            raise NaoEntendida(said[1] if said else "")
        resultado, em = RESULTADOS[word], xml.instant(_text(found, "DataHoraProcessamento"))
        if resultado is not Resultado.DOCUMENTOS:
            return Resposta(resultado, *(said or (code, word)), respondida_em=em)
        lot = self._lot(found.get("LoteDFe"))
        near = [one.nsu for one in lot if one.nsu is not None and one.nsu <= pergunta.nsu + MOST_AHEAD]
        if not near:
            raise NaoEntendida("a resposta diz que há documentos e não traz nenhum com um NSU que possa ser")
        return Resposta(resultado, code, word, lot, max(near), ha_mais=True, respondida_em=em)

    def reabrir(self, nsu: int | None, schema: str, bruto: bytes) -> Recebido:
        """Open again what was kept of a document."""
        return pacote.reaberto(nsu, schema, bruto, self.raizes)

    def _lot(self, items: Any) -> tuple[Recebido, ...]:
        if not isinstance(items, list) or len(items) > MOST_DOCUMENTS:
            raise NaoEntendida("a resposta não traz um lote que se entenda")
        good = [one for one in items if isinstance(one, dict)]
        odd = tuple(_odd(one) for one in items if not isinstance(one, dict))
        return pacote.abertos(map(_pacote, good), self.raizes) + odd


def _pacote(item: Mapping[str, Any]) -> pacote.Pacote:
    number = item.get("NSU")
    nsu = xml.number(str(number)) if isinstance(number, int | str) else None
    return pacote.Pacote(nsu or None, _text(item, "TipoDocumento"), _text(item, "ArquivoXml"))


def _odd(item: object) -> Recebido:
    return Recebido(None, "", None, None, json.dumps(item).encode(), "o item do lote não se entende")


def _errors(found: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the code of the first error, and what all of them say."""
    errors: Sequence[Any] = found["Erros"] if isinstance(found.get("Erros"), list) else ()
    told = [one for one in errors if isinstance(one, dict)]
    if not told:
        return None
    words = (" ".join(filter(None, (_text(one, "Descricao"), _text(one, "Complemento")))) for one in told)
    return one_line(_text(told[0], "Codigo"))[:10], one_line("; ".join(filter(None, words)))


def _text(item: Mapping[str, Any], name: str) -> str:
    """Return a text as a database takes it: JSON may hold a NUL, and halves of characters."""
    value = item.get(name)
    return made_storable(value) if isinstance(value, str) else ""


SERVICO = Nacional()
