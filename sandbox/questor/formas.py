"""The shapes in which verdicts may come; the published pages leave them open.

docs/reference/contracts/questor.md §3.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sandbox.questor.documentos import Documento

JA_IMPORTADO = "Documento já importado."
FORMAS = frozenset(
    {
        *("lista", "embrulhada", "funda", "texto", "sem_key", "booleano_texto", "sucess", "ao_contrario"),
        *("curta", "prefixo", "minusculas", "incompleta"),
    }
)
_CURTAS = (("cteos", "CteOsImportadas"), ("cte", "CteImportadas"), ("cfe", "CfeImportadas"), ("nfe", "NfeImportadas"))

Veredito = tuple[Documento | None, bool, str]


def resposta(method: str, verdicts: Sequence[Veredito], formas: Iterable[str], *, detailed: bool) -> Any:
    """Return the answer to an import, twisted as told: `FORMAS`."""
    twists = frozenset(formas)
    if unknown := twists - FORMAS:
        raise ValueError(f"formas desconhecidas: {sorted(unknown)}")
    if not detailed or "curta" in twists:
        return _curta(method, verdicts)
    records = [_registro(verdict, twists) for verdict in verdicts]
    if "ao_contrario" in twists:
        records.reverse()
    if "incompleta" in twists:
        records.pop()
    return _embrulho(records, twists)


def _registro(verdict: Veredito, twists: frozenset[str]) -> dict[str, Any]:
    lido, accepted, message = verdict
    success: Any = str(accepted) if "booleano_texto" in twists else accepted
    record: dict[str, Any] = {
        "Key": ("NFe" if "prefixo" in twists else "") + lido.chave if lido else "",
        "CnpjClient": lido.cnpj if lido else "",
        "Type": 1,
        "Sucess" if "sucess" in twists else "Success": success,
        "Message": message,
        "DataEmissao": f"15/{lido.aamm[2:]}/20{lido.aamm[:2]}" if lido else "",
        "ClientId": 1,
    }
    if "sem_key" in twists:
        del record["Key"]
    return {name.lower(): value for name, value in record.items()} if "minusculas" in twists else record


def _embrulho(records: list[dict[str, Any]], twists: frozenset[str]) -> Any:
    if "texto" in twists:
        return json.dumps(records)
    if "funda" in twists:
        return {"Status": "ok", "Result": {"Items": records, "Total": 0}}
    return {"data": records} if "embrulhada" in twists else records


def _curta(method: str, verdicts: Sequence[Veredito]) -> dict[str, Any]:
    name = next(name for part, name in _CURTAS if part in method)
    return {
        "Erros": [
            f"{lido.chave if lido else ''} {message}".strip() for lido, accepted, message in verdicts if not accepted
        ],
        name: [lido.chave for lido, accepted, _ in verdicts if accepted and lido],
    }
