"""The distribution of the national NFS-e in miniature: REST and JSON, one numbering for the whole country.

docs/reference/contracts/sefaz.md §1.3.
"""

import base64
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from core.fiscal import cnpj_valido
from sandbox.sefaz.textos import comprimido, hora

NOME, BASE = "nfse", "/contribuintes"
CAMINHO = f"{BASE}/DFe/"
POR_PAGINA, PACIENCIA = 50, timedelta(seconds=5)
RETRY_AFTER = {"Retry-After": "30"}
# Codes of its refusals are in no document of ours: this one is made up.
RECUSADA = "E0001"
NADA, ACHADO, REJEICAO = "NENHUM_DOCUMENTO_LOCALIZADO", "DOCUMENTOS_LOCALIZADOS", "REJEICAO"


@dataclass(frozen=True)
class Distribuido:
    """A document with its number; `xml` is None where the item has no file."""

    nsu: int
    tipo: str
    chave: str
    xml: str | None
    em: datetime


@dataclass(frozen=True)
class Dito:
    """An answer: a status, JSON or nothing, and headers."""

    status: int
    corpo: dict[str, Any] | None = None
    headers: Mapping[str, str] | None = None


class Nacional:
    """What the national environment has for each CNPJ. A number is given once in the country: holes are no gaps."""

    def __init__(self, ambiente: str) -> None:
        self.ambiente = ambiente
        self.nsu = 0
        self._documentos: defaultdict[str, dict[int, Distribuido]] = defaultdict(dict)
        self._pedida_em: dict[str, datetime] = {}

    def publicar(self, cnpj: str, tipo: str, chave: str, conteudo: bytes, em: datetime, *, cru: bool = False) -> int:
        """Give a document to a CNPJ; return its number. `cru`: this is the text of its file as it is."""
        self.nsu += 1
        text = conteudo.decode() if cru else base64.b64encode(comprimido(conteudo)).decode()
        self._documentos[cnpj][self.nsu] = Distribuido(self.nsu, tipo, chave, text, em)
        return self.nsu

    def responder(self, method: str, path: str, query: str, accept: str, titular: str, now: datetime) -> Dito:
        """Answer a question, read strictly."""
        number, asked = path.removeprefix(CAMINHO), dict(parse_qsl(query, keep_blank_values=True))
        if not re.fullmatch(r"[0-9]{1,15}", number):
            return Dito(404)
        if method != "GET" or not re.search(r"application/json|\*/\*", accept):
            return Dito(405 if method != "GET" else 406)
        who = asked.get("cnpjConsulta", titular)
        if asked.keys() - {"cnpjConsulta", "lote"} or asked.get("lote", "true") != "true" or not cnpj_valido(who):
            return self._refused("Parametro invalido", query, now)
        if who[:8] != titular[:8]:
            return self._refused("CNPJ da consulta difere do certificado", who, now)
        if (last := self._pedida_em.get(who)) is not None and now - last < PACIENCIA:
            return Dito(429, headers=RETRY_AFTER)
        self._pedida_em[who] = now
        return self._page(who, int(number), now)

    def _page(self, who: str, nsu: int, now: datetime) -> Dito:
        following = (one for number, one in self._documentos[who].items() if number > nsu)
        lot = [_item(one) for one in islice(following, POR_PAGINA)]
        return Dito(200, self._said(ACHADO, now, lot)) if lot else Dito(404, self._said(NADA, now, []))

    def _refused(self, why: str, what: str, now: datetime) -> Dito:
        fault = {"Codigo": RECUSADA, "Descricao": why, "Complemento": what}
        return Dito(400, self._said(REJEICAO, now, [], [fault]))

    def _said(
        self, word: str, now: datetime, lot: list[dict[str, Any]], faults: list[dict[str, str]] | None = None
    ) -> dict[str, Any]:
        return {
            "StatusProcessamento": word,
            "LoteDFe": lot,
            "Alertas": [],
            "Erros": faults or [],
            "TipoAmbiente": "PRODUCAO" if self.ambiente == "1" else "HOMOLOGACAO",
            "VersaoAplicativo": "1.0.0.0",
            "DataHoraProcessamento": hora(now),
        }


def _item(one: Distribuido) -> dict[str, Any]:
    return {
        "NSU": one.nsu,
        "ChaveAcesso": one.chave,
        "TipoDocumento": one.tipo,
        "TipoEvento": None,
        "ArquivoXml": one.xml,
        "DataHoraGeracao": hora(one.em),
    }
