"""What a refusal means: by where it came, its status, its enhanced status, its words; the first row that fits wins."""

import pytest

from connectors.base.faults import Blocked, Fault, Overloaded, Refused, TooLarge, Unintelligible, UnknownOutcome
from connectors.base.teller import Teller
from connectors.email.faults import AddressRefused, DomainSlowed, Greylisted, MailboxFull, PolicyRefused
from connectors.email.table import RULES, STRANGE, Stage, row_of
from connectors.email.wire import BROKEN, Answer, answer_of

GREETING, CIPHER, LOGIN = Stage.GREETING, Stage.CIPHER, Stage.LOGIN
SENDER, RECIPIENT, DATA, END = Stage.SENDER, Stage.RECIPIENT, Stage.DATA, Stage.END
OF_THE_MESSAGE = (RECIPIENT, DATA, END)


def kind(stage: Stage, said: str) -> type[Fault]:
    return row_of(stage, answer_of(int(said[:3]), said[4:].encode())).kind


@pytest.mark.parametrize(
    ("stage", "said", "wanted"),
    [
        (GREETING, "550 5.7.1 go away", Blocked),
        (GREETING, "554 no SMTP service here", Blocked),
        (GREETING, "451 4.3.0 later", Overloaded),
        (GREETING, "421 too many connections", Overloaded),
        (CIPHER, "502 5.5.1 not implemented", Blocked),
        (CIPHER, "454 4.7.0 TLS not available", Overloaded),
        (LOGIN, "535 5.7.8 bad credentials", Blocked),
        (LOGIN, "454 4.7.0 temporary authentication failure", Overloaded),
        (SENDER, "550 5.1.8 sender rejected", Blocked),
        (SENDER, "553 5.7.1 not owned by user", Blocked),
        (SENDER, "530 5.7.0 Authentication required", Blocked),
        (SENDER, "451 4.3.0 later", Overloaded),
        (SENDER, "452 4.2.2 over quota", Overloaded),
        (SENDER, "552 5.3.4 message size exceeds limit", TooLarge),
        (RECIPIENT, "530 5.7.0 Must issue a STARTTLS command first", Blocked),
        (RECIPIENT, "550 5.1.1 <ana@exemplo.com.br>: User unknown", AddressRefused),
        (RECIPIENT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound", AddressRefused),
        (RECIPIENT, "550 No such user here", AddressRefused),
        (RECIPIENT, "550 Usuário inexistente", AddressRefused),
        (RECIPIENT, "553 5.1.3 bad address", AddressRefused),
        (RECIPIENT, "550 5.2.1 mailbox disabled", AddressRefused),
        (RECIPIENT, "550 5.4.4 no MX", AddressRefused),
        (RECIPIENT, "452 4.2.2 The email account that you tried to reach is over quota", MailboxFull),
        (RECIPIENT, "452 quota exceeded", MailboxFull),
        (RECIPIENT, "552 5.2.2 Mailbox full", MailboxFull),
        (RECIPIENT, "552 A caixa postal cheia", MailboxFull),
        (RECIPIENT, "450 4.2.0 Greylisted, see http://postgrey", Greylisted),
        (RECIPIENT, "451 4.7.1 Greylisting in action, please try again in 300 seconds", Greylisted),
        (RECIPIENT, "421 4.7.0 unusual rate of mail from your IP", DomainSlowed),
        (RECIPIENT, "421 4.7.0 try again later", Greylisted),
        (RECIPIENT, "450 4.7.28 rate limited", DomainSlowed),
        (RECIPIENT, "452 4.5.3 too many recipients", Overloaded),
        (RECIPIENT, "421 4.3.2 shutting down", Overloaded),
        (RECIPIENT, "421 4.2.2 mailbox full", Overloaded),
        (RECIPIENT, "550 5.7.1 Unable to relay", PolicyRefused),
        (RECIPIENT, "554 Relay access denied", PolicyRefused),
        (RECIPIENT, "550 mailbox unavailable", Refused),
        (DATA, "550 5.7.26 This mail is unauthenticated", PolicyRefused),
        (DATA, "554 5.7.1 spam", PolicyRefused),
        (DATA, "552 5.2.3 message too large", TooLarge),
        (DATA, "552 A mensagem é grande demais (size)", TooLarge),
        (DATA, "452 4.3.1 insufficient system storage", Overloaded),
        (DATA, "432 4.3.2 sender thread limit exceeded", Overloaded),
        (DATA, "550 5.6.0 bad content", Refused),
    ],
)
def test_what_a_server_says_has_its_row(stage: Stage, said: str, wanted: type[Fault]) -> None:
    assert kind(stage, said) is wanted


@pytest.mark.parametrize("stage", [SENDER, *OF_THE_MESSAGE])
@pytest.mark.parametrize(
    "said",
    [
        "550 5.4.5 Daily user sending limit exceeded. d2e1a72 - gsmtp",
        "550 5.1.90 You've reached your daily limit for message recipients",
        "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
        "554 User has exceeded its 24-hour sending limit",
        "550 Limite de envio atingido",
    ],
)
def test_a_limit_of_a_day_is_over_the_next_day_whatever_the_code_says(stage: Stage, said: str) -> None:
    assert kind(stage, said) is Overloaded


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("550 4.7.1 odd", Refused),
        ("451 5.1.1 odd", Overloaded),
        ("550 15.1.12 odd", Refused),
        ("550 5.1.11 odd", Refused),
        ("550 5.7.1.2 odd", PolicyRefused),
    ],
)
def test_a_status_of_another_class_or_that_nobody_knows_says_nothing(said: str, wanted: type[Fault]) -> None:
    assert kind(RECIPIENT, said) is wanted


@pytest.mark.parametrize("code", [BROKEN, 0, 354, 600, 999])
def test_what_is_no_answer_to_the_end_of_a_message_leaves_it_unknown_and_elsewhere_is_strange(code: int) -> None:
    row = row_of(END, Answer(code, "o quê?"))
    assert (row.kind, row.may_be_stored) == (UnknownOutcome, True)
    for stage in set(Stage) - {END}:
        assert row_of(stage, Answer(code, "o quê?")) is STRANGE
    assert (STRANGE.kind, STRANGE.may_be_stored) == (Unintelligible, False)


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("code", [400, 421, 450, 499, 500, 530, 554, 599])
def test_a_refusal_is_known_everywhere_and_stores_nothing(stage: Stage, code: int) -> None:
    row = row_of(stage, Answer(code, ""))
    assert row is not STRANGE
    assert not row.may_be_stored
    assert issubclass(row.kind, Overloaded if code < 500 else Blocked | Refused)


def test_every_row_is_a_sentence_that_can_be_told() -> None:
    for rule in RULES:
        said = str(Teller("E-mail padrao").of_row(rule.row, status=550))
        assert said.startswith("E-mail padrao: ")
        assert "{" not in said
