"""A document against the schema of its layout, on demand: a report for people, which forbids nothing.

The schemas are those that nfelib ships; nothing is fetched.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files

from lxml import etree
from lxml.etree import _Element

from core.documentos.abertura import Recusa, abrir, local_name
from core.documentos.espacos import NFE
from core.documentos.esquemas import ESQUEMAS, EVENTOS, OUTROS_EVENTOS, Esquema
from core.documentos.leitor import LIMITE
from core.documentos.motivos import frase
from core.logs import get_logger

_MOST = 20
_SPACE = re.compile(r"\{[^}]*\}")
_NAMED = re.compile(r"Element '([^']*)'(?:, attribute '([^']*)')?: ?(.*)", re.DOTALL)
# What libxml2 says, in the words of who has to mend the document.
_SAID = (
    (
        re.compile(r"This element is not expected\. Expected is (?:one of )?\( (.*?) \)"),
        r"não é esperado aqui; espera-se \1",
    ),
    (re.compile(r"This element is not expected"), "não é esperado aqui"),
    (re.compile(r"Missing child element\(s\)\. Expected is (?:one of )?\( (.*?) \)"), r"falta dentro dele \1"),
    (re.compile(r"\[facet '(?:pattern|enumeration)'\] The value '(.*?)' .*"), r"o valor '\1' não é dos permitidos"),
    (
        re.compile(r"\[facet '(?:min|max)?[lL]ength'\] The value (?:'(.*?)')?.*"),
        r"o valor '\1' não tem o tamanho permitido",
    ),
    (re.compile(r"\[facet '.*?'\] The value '(.*?)' .*"), r"o valor '\1' está fora do permitido"),
    (re.compile(r"'(.*?)' is not a valid value of the .*"), r"o valor '\1' não é do tipo pedido"),
    (re.compile(r"The attribute '(.*?)' is required but missing"), r"falta o atributo \1"),
    (re.compile(r"No matching global declaration available.*"), "não é a raiz de um documento deste esquema"),
)
log = get_logger(__name__)


class Resultado(StrEnum):
    """What came of it."""

    VALIDO = "valido"
    INVALIDO = "invalido"
    SEM_ESQUEMA = "sem_esquema"
    ILEGIVEL = "ilegivel"


@dataclass(frozen=True, slots=True)
class Validacao:
    """What came of it as a sentence, with the schema's file and the first errors."""

    resultado: Resultado
    frase: str
    esquema: str | None = None
    erros: tuple[str, ...] = ()


def validar(content: bytes) -> Validacao:
    """Validate one document; never raises."""
    try:
        return _validated(content)
    except Exception:
        log.exception("document could not be validated")
        return Validacao(Resultado.ILEGIVEL, "a validação falhou; o log da Esteira diz onde")


def _validated(content: bytes) -> Validacao:
    found = abrir(content, LIMITE)
    if isinstance(found, Recusa):
        return Validacao(Resultado.ILEGIVEL, f"Não há o que validar: {frase(found.motivo, found.mensagem)}.")
    root = found.raiz
    name = local_name(root)[1][:60]
    schema, layout = _schema_of(root), _layout(root)
    if schema is None:
        return Validacao(Resultado.SEM_ESQUEMA, f"Não há esquema para {name}: nada foi validado.")
    path, known = schema
    if layout not in ("", known):
        said = f"Não há esquema do leiaute {layout[:10]} de {name}, só do {known}: nada foi validado."
        return Validacao(Resultado.SEM_ESQUEMA, said)
    checker = _schema(path)
    file = path.rpartition("/")[2]
    if checker.validate(root):
        return Validacao(Resultado.VALIDO, f"Válido pelo esquema {file}.", file)
    errors = tuple(dict.fromkeys(_told(error) for error in checker.error_log))
    said = f"Não é válido pelo esquema {file}: {len(errors)} {'erro' if len(errors) == 1 else 'erros'}."
    return Validacao(Resultado.INVALIDO, said, file, errors[:_MOST])


def _schema_of(root: _Element) -> Esquema | None:
    space, name = local_name(root)
    if space == NFE and name in ("procEventoNFe", "evento"):
        kind = next(root.iter(f"{{{NFE}}}tpEvento"), None)
        of_kind = EVENTOS.get((kind.text or "").strip() if kind is not None else "", OUTROS_EVENTOS)
        return of_kind.get(name)
    return ESQUEMAS.get(space, {}).get(name)


def _layout(root: _Element) -> str:
    """Return the layout that a document says it is of; empty where it does not say."""
    for element in (root, *root.iterchildren()):
        if stated := (element.get("versao") or "").strip():
            return str(stated)
    return ""


@cache
def _schema(path: str) -> etree.XMLSchema:
    """Return a schema, compiled once in a process."""
    with as_file(files("nfelib").joinpath(*path.split("/"))) as place:
        return etree.XMLSchema(etree.parse(str(place), etree.XMLParser(no_network=True, resolve_entities=False)))


def _told(error: etree._LogEntry) -> str:
    text = _SPACE.sub("", error.message).strip()
    named = _NAMED.fullmatch(text)
    if named is None:
        return f"linha {error.line}: {text[:200]}"
    element, attribute, said = named.groups()
    where = f"{element}, atributo {attribute}" if attribute else element
    for pattern, words in _SAID:
        if found := pattern.search(said):
            said = found.expand(words)
            break
    return f"linha {error.line}: {where[:80]}: {said.rstrip('.')[:200]}"
