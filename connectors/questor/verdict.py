"""From the records of an answer to one verdict per document: by key, by place only when nothing speaks against it."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.questor.wire import Answer, Documento, Record, Short
from core.settings.questor import QuestorMessages

MOST_ERRORS = 4  # for each document; more is no answer to this request
ENVIADO, RECUSADO, DESCONHECIDO = "enviado", "recusado", "desconhecido"


@dataclass(frozen=True)
class Verdict:
    """What became of one document: enviado, recusado or desconhecido, a short code why, the server's text."""

    estado: str
    motivo: str | None = None
    mensagem: str | None = None


SENT = Verdict(ENVIADO)
UNINTELLIGIBLE = Verdict(DESCONHECIDO, "resposta_ininteligivel")
NOT_NAMED = Verdict(DESCONHECIDO, "sem_veredito")
CONTRADICTED = Verdict(DESCONHECIDO, "veredito_contraditorio")


def judge(documentos: Sequence[Documento], answer: Answer | None, messages: QuestorMessages) -> list[Verdict]:
    """Return the verdicts in the order of the documents."""
    if answer is None:
        return [UNINTELLIGIBLE] * len(documentos)
    if isinstance(answer, Short):
        if len(answer.erros) > MOST_ERRORS * len(documentos):
            return [UNINTELLIGIBLE] * len(documentos)
        return [_of_short(one, documentos, answer, messages) for one in documentos]
    records: defaultdict[str, list[Record]] = defaultdict(list)
    for record in answer:
        records[record.key].append(record)
    sharing = Counter(one.chave for one in documentos)
    named = [_by_key(one, sharing[one.chave], records, messages) for one in documentos]
    return _with_nameless(named, documentos, answer, messages)


def _with_nameless(
    named: list[Verdict], documentos: Sequence[Documento], records: list[Record], messages: QuestorMessages
) -> list[Verdict]:
    """Give the records without a key to the documents without one, when there are as many of both.

    When they differ their places decide, provided that every record with a key stands in its document's place.
    """
    nameless = [classify(record, messages) for record in records if not record.key]
    if not nameless or len(nameless) != named.count(NOT_NAMED):
        return named
    aligned = len(records) == len(documentos) and all(
        record.key in ("", one.identidade, one.chave) for one, record in zip(documentos, records, strict=True)
    )
    if not aligned and len({(verdict.estado, verdict.motivo) for verdict in nameless}) > 1:
        return named
    left = iter(nameless)
    return [next(left) if verdict == NOT_NAMED else verdict for verdict in named]


def _by_key(one: Documento, sharing: int, records: Mapping[str, list[Record]], messages: QuestorMessages) -> Verdict:
    exact = records.get(one.identidade)
    # events of one document share its key: the records of a key must be as many as its documents, and of one mind
    shared = exact or records.get(one.chave, [])
    asked = 1 if exact else sharing
    found = [classify(record, messages) for record in shared]
    if not found or (asked > 1 and len(found) < asked):
        return NOT_NAMED
    if len({(verdict.estado, verdict.motivo) for verdict in found}) > 1:
        return CONTRADICTED
    return found[0]


def _of_short(one: Documento, documentos: Sequence[Documento], short: Short, messages: QuestorMessages) -> Verdict:
    done = one.identidade in short.importadas or (
        one.chave in short.importadas and sum(other.chave == one.chave for other in documentos) == 1
    )
    about = [text for text in short.erros if one.chave in text]
    if done:
        return CONTRADICTED if about else SENT
    if about and sum(other.chave == one.chave for other in documentos) == 1:
        return classify(Record(one.chave, False, about[0]), messages)
    if not short.erros and len(short.importadas) == len(documentos) and _name_nothing(short):
        return SENT
    if len(documentos) == len(short.erros) == 1 and not short.importadas:
        return classify(Record("", False, short.erros[0]), messages)
    return NOT_NAMED


def _name_nothing(short: Short) -> bool:
    """Tell whether the codes are the server's own: a chave among them would be of another document."""
    return not any(len(code.partition(":")[0]) == 44 for code in short.importadas)


def classify(record: Record, messages: QuestorMessages) -> Verdict:
    """Return what one record says; a refusal that no pattern knows needs a person."""
    said = record.message or None
    if record.success:
        return Verdict(ENVIADO, None, said)
    if record.success is None:
        return Verdict(DESCONHECIDO, "resposta_ininteligivel", said)
    for patterns, estado, motivo in (
        (messages.already_imported, ENVIADO, "ja_existia"),
        (messages.client_missing, RECUSADO, "cliente_nao_cadastrado"),
        (messages.invalid_xml, RECUSADO, "xml_invalido"),
    ):
        if any(re.search(pattern, record.message, re.IGNORECASE) for pattern in patterns):
            return Verdict(estado, motivo, said)
    return Verdict(RECUSADO, "recusado_pelo_questor", said)
