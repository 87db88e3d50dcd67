"""What a refusal means: rows by where in the dialogue it came, by its status, by its enhanced status, by its words.

RFC 5321 §4.2, RFC 3463, RFC 6531. Words count where servers say nothing better; the first row that fits wins.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from connectors.base.causes import Cause
from connectors.base.faults import Blocked, Overloaded, Refused, TooLarge, Unintelligible, UnknownOutcome, Unreachable
from connectors.base.table import DEFAULT, Row
from connectors.email.faults import AddressRefused, DomainSlowed, Greylisted, MailboxFull, PolicyRefused
from connectors.email.wire import Answer


class Stage(StrEnum):
    """Where in the dialogue something came."""

    GREETING = "saudação"
    CIPHER = "cifra"
    LOGIN = "identificação"
    SENDER = "remetente"
    RECIPIENT = "destinatário"
    DATA = "mensagem"
    END = "fim da mensagem"


OPENING = frozenset({Stage.GREETING, Stage.CIPHER, Stage.LOGIN})
OF_THE_MESSAGE = frozenset({Stage.RECIPIENT, Stage.DATA, Stage.END})
ANY = frozenset(Stage)


@dataclass(frozen=True)
class Rule:
    """A row and what it is for: `enhanced` is the whole of an enhanced status, `words` are found anywhere."""

    stages: frozenset[Stage]
    codes: range
    row: Row
    enhanced: re.Pattern[str] | None = None
    words: re.Pattern[str] | None = None

    def fits(self, stage: Stage, answer: Answer) -> bool:
        """Tell whether it is for this answer."""
        if stage not in self.stages or answer.code not in self.codes:
            return False
        if self.enhanced is None and self.words is None:
            return True
        by_status = self.enhanced is not None and bool(self.enhanced.fullmatch(answer.enhanced))
        return by_status or (self.words is not None and bool(self.words.search(answer.text)))


def _words(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


AGAIN, FOR_GOOD = range(400, 500), range(500, 600)
NOT_NOW = Row(Overloaded, "o servidor não atende agora ({status})")
UNKNOWN_ADDRESS = Row(AddressRefused, "o endereço de quem recebe não existe ({status})")
FULL = Row(MailboxFull, "a caixa postal de quem recebe está cheia ({status})")
LARGE = Row(TooLarge, "a mensagem é grande demais para o servidor ({status})")
POLICY = Row(PolicyRefused, "o servidor não deixa passar ({status})")
_FULL = _words(r"quota|mailbox.{0,20}full|over ?quota|caixa (?:postal )?cheia|insufficient.{0,10}mailbox")
_RELAY = _words(r"relay|authentication required|not permitted to send|must authenticate|não autenticad")
_NOBODY = _words(
    r"user unknown|unknown user|no such (?:user|mailbox|recipient)|(?:mailbox|user|recipient|account).{0,40}"
    r"(?:does not exist|not found|unknown|doesn't exist|inexist)|usu[aá]rio (?:inexistente|desconhecido|não)"
)
# Providers say it with a refusal for good, and take mail again the next day.
_LIMIT = _words(r"(?:daily|hourly|24.hour|sending|submission).{0,20}(?:limit|quota)|limite (?:di[aá]rio|de envio)")
_GREY = _words(r"gr[ea]y-?list|temporarily (?:deferred|rejected)|try again (?:later|in)|tente (?:novamente|mais tarde)")

RULES: tuple[Rule, ...] = (
    Rule(frozenset({Stage.LOGIN}), FOR_GOOD, Row(Blocked, "o usuário ou a senha foram recusados ({status})")),
    Rule(frozenset({Stage.CIPHER}), FOR_GOOD, Row(Blocked, "o servidor não passa à cifra ({status})")),
    Rule(frozenset({Stage.GREETING}), FOR_GOOD, Row(Blocked, "o servidor não nos atende ({status})")),
    Rule(OPENING, AGAIN, NOT_NOW),
    Rule(ANY, range(421, 422), NOT_NOW, words=re.compile(r"\A(?!4\.7\.)")),
    Rule(OF_THE_MESSAGE, AGAIN, Row(Greylisted, "pediu para tentar de novo mais tarde ({status})"), words=_GREY),
    Rule(OF_THE_MESSAGE, AGAIN, FULL, re.compile(r"4\.2\.2"), _FULL),
    Rule(
        OF_THE_MESSAGE,
        AGAIN,
        Row(DomainSlowed, "o domínio de quem recebe pediu menos mensagens ({status})"),
        re.compile(r"4\.7\.\d+"),
    ),
    Rule(ANY, AGAIN, NOT_NOW),
    Rule(
        OF_THE_MESSAGE | {Stage.SENDER},
        FOR_GOOD,
        Row(Overloaded, "a conta chegou ao limite de envio do servidor ({status})"),
        re.compile(r"5\.(?:4\.5|1\.90)"),
        _LIMIT,
    ),
    Rule(ANY, range(530, 531), Row(Blocked, "o servidor pede identificação ({status}): confira usuário e senha")),
    Rule(
        ANY, FOR_GOOD, LARGE, re.compile(r"5\.(?:3\.4|2\.3)"), _words(r"(?:message|mensagem).{0,30}(?:size|large|big)")
    ),
    Rule(frozenset({Stage.SENDER}), FOR_GOOD, Row(Blocked, "o servidor recusou o remetente ({status})")),
    Rule(OF_THE_MESSAGE, FOR_GOOD, UNKNOWN_ADDRESS, re.compile(r"5\.(?:1\.(?:1|2|3|6|10)|2\.1|4\.4)")),
    Rule(OF_THE_MESSAGE, FOR_GOOD, FULL, re.compile(r"5\.2\.2"), _FULL),
    Rule(OF_THE_MESSAGE, FOR_GOOD, POLICY, re.compile(r"5\.7\.\d+"), _RELAY),
    Rule(OF_THE_MESSAGE, FOR_GOOD, UNKNOWN_ADDRESS, words=_NOBODY),
    Rule(OF_THE_MESSAGE, FOR_GOOD, Row(Refused, "o servidor recusou a mensagem ({status})")),
    Rule(
        frozenset({Stage.END}),
        range(-1, 1000),
        Row(UnknownOutcome, "o servidor respondeu algo que não se entende", may_be_stored=True),
    ),
)
STRANGE = Row(Unintelligible, "o servidor respondeu algo que não se entende")
NO_CIPHER = Row(Blocked, "o servidor não oferece STARTTLS: a mensagem iria sem cifra")
NO_LOGIN = Row(Blocked, "o servidor não oferece identificação por usuário e senha (AUTH PLAIN ou LOGIN)")
NO_UTF8 = Row(AddressRefused, "o servidor não aceita endereços com acentos (SMTPUTF8)")
NO_UTF8_OF_OURS = Row(Blocked, "o servidor não aceita um remetente com acentos antes do @ (SMTPUTF8)")
NO_SUCH_HOST = Row(Blocked, "o servidor não existe (nome não encontrado)")
NO_AUTHORITY = Row(Blocked, "o arquivo da autoridade do certificado (ca) não serve")
CAUSES = DEFAULT.changed(
    {
        Cause.BAD_HTTP: Row(UnknownOutcome, "respondeu algo que não é SMTP", may_be_stored=True),
        Cause.NO_NAME: Row(Unreachable, "o nome do servidor não foi encontrado agora"),
        Cause.NO_TLS: Row(Unreachable, "não houve acordo TLS com o servidor"),
    }
)


def row_of(stage: Stage, answer: Answer) -> Row:
    """Return what an answer that is no success means."""
    return next((rule.row for rule in RULES if rule.fits(stage, answer)), STRANGE)
