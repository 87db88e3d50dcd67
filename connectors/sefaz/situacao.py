"""What the status of an answer means: one table, and what it lacks is an error that keeps its words.

docs/reference/contracts/sefaz.md §3.3 to §3.8.
"""

from connectors.sefaz.resposta import Resultado

_ROWS: tuple[tuple[Resultado, tuple[str, ...]], ...] = (
    (Resultado.DOCUMENTOS, ("138",)),
    (Resultado.NADA, ("137",)),
    (Resultado.CONSUMO_INDEVIDO, ("656",)),
    (Resultado.NSU_ACIMA, ("589",)),
    (Resultado.INDISPONIVEL, ("217", "236", "632", "640", "641", "653", "654")),
    (Resultado.PARADO, ("108", "109")),
    (Resultado.CERTIFICADO, (*(str(code) for code in range(280, 287)), "472", "473", "593")),
    (Resultado.AUTOR, ("489", "490")),
    (Resultado.AMBIENTE, ("252",)),
    (Resultado.MENSAGEM, ("215", "225", "239", "243", "402", "404", "588")),
)
_BY_CODE = {code: resultado for resultado, codes in _ROWS for code in codes}


def resultado_de(cstat: str) -> Resultado:
    """Return what a status means."""
    return _BY_CODE.get(cstat, Resultado.DESCONHECIDO)


def codigos_de(*resultados: Resultado) -> frozenset[str]:
    """Return the statuses that mean one of these."""
    return frozenset(code for code, resultado in _BY_CODE.items() if resultado in resultados)
