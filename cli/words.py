"""What is stored as one word, as people read it. A word that a command takes stays as it is typed."""

KINDS = {
    "nfe": "NF-e",
    "nfce": "NFC-e",
    "cte": "CT-e",
    "cte_os": "CT-e OS",
    "cte_simplificado": "CT-e simplificado",
    "cfe": "CF-e",
    "gtve": "GTV-e",
    "mdfe": "MDF-e",
    "nf3e": "NF3-e",
    "nfcom": "NFCom",
    "bpe": "BP-e",
    "dce": "DC-e",
    "nfse": "NFS-e",
}
TYPES = {0: "entrada", 1: "saída"}
PURPOSES = {1: "normal", 2: "complementar", 3: "ajuste", 4: "devolução", 5: "nota de crédito", 6: "nota de débito"}
# Of a CT-e (`tpCTe`).
CTE_TYPES = {0: "normal", 1: "complementar", 2: "anulação", 3: "substituto"}
_SAID = {
    "CONCLUIDA": "concluída",
    "DESTINATARIO": "destinatário",
    "none": "nenhuma",
    "paginas": "páginas",
    "valido": "válido",
}


def kind(stored: str | None) -> str | None:
    """Return what people call a kind of document."""
    return stored and KINDS.get(stored.lower(), stored)


def word(stored: str | None) -> str | None:
    """Return a state, a role or what is counted in the words of people."""
    return stored and _SAID.get(stored, stored.lower().replace("_", " "))
