"""What a refusal means on the command line: the option that is wrong, the command that lists what there is."""

from core.errors import Refusal

LISTS = {
    "alertas": "esteira alertas listar",
    "avisos": "esteira email avisos",
    "caixas": "esteira sat listar",
    "certificados": "esteira certificados listar",
    "consultas": "esteira sefaz consultas",
    "destinos": "esteira destinos listar",
    "documentos": "esteira documentos listar",
    "empresas": "esteira empresas listar",
    "entregas": "esteira entregas listar",
    "eventos": "esteira eventos listar",
    "lotes": "esteira questor listar",
    "logs": "esteira documentos logs",
    "tokens": "esteira tokens listar",
    "usuarios": "esteira usuarios listar",
}


def sentence(refusal: Refusal) -> str:
    """Return what is wrong and where on the command line that is."""
    said = str(refusal)
    if refusal.campo:
        said = f"{said.rstrip('.')} (--{refusal.campo.replace('_', '-')})."
    return f"{said} Veja `{LISTS[refusal.veja]}`." if refusal.veja else said
