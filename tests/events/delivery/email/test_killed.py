"""A sender that is killed while mails go out: each arrives once, or again under the same Message-ID; none is lost."""

import mailbox
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from conftest import Configure
from support.deliveries import deliveries, fire, make_due, owned
from support.forked import Forked
from support.ports import free_port, wait_until
from support.smtp import SENDER

from events import Disparo, disparar_varios
from events.delivery.rows import free_the_dead
from events.email.aviso import avisos
from flows.destinos.creating import NewDestination, create
from storage.models.eventos import Estado

pytestmark = pytest.mark.slow
MAILBOXES, EACH, DOCUMENTS = 6, 30, 40
KILLS = 5
WORK = """
from events.delivery.pumps import hint
import time
hint("entregas.drenar_email", ())
time.sleep(600)
"""


class Arrived:
    """The mail that a server of its own process put into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def amount(self) -> int:
        return len(list((self.folder / "new").glob("*"))) if self.folder.exists() else 0

    def heads(self) -> list[tuple[str, str]]:
        """Return the Message-ID and the subject of each."""
        parser = BytesParser(policy=policy.default)
        found = (parser.parsebytes(one.as_bytes()) for one in mailbox.Maildir(self.folder, create=False))
        return [(str(one["Message-ID"]), str(one["Subject"])) for one in found]


@pytest.fixture
def arrived(configure: Configure, banco: str, tmp_path: Path) -> Iterator[Arrived]:
    port, folder = free_port(), tmp_path / "caixa"
    words = ["-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", str(folder)]
    server = subprocess.Popen([sys.executable, *words], stderr=subprocess.DEVNULL)
    configure(email__host="127.0.0.1", email__port=str(port), email__security="none", email__sender=SENDER)
    configure(email__domain_burst="1000")
    try:
        wait_until((folder / "new").exists)
        yield Arrived(folder)
    finally:
        server.kill()
        server.wait()


def owe() -> None:
    """Owe several mailboxes something, and one of them more than anybody wants to read one by one."""
    made = [
        create(NewDestination("email", f"p{n}", f"p{n}@exemplo.com.br", ("alerta_aberto",))).destino.id
        for n in range(MAILBOXES)
    ]
    user = owned(made[0], "ana", eventos=("nfe_importada",))
    fire(EACH)
    example = avisos()["nfe_importada"].exemplo
    disparar_varios([Disparo("nfe_importada", {**example, "numero_nf": str(n)}, user) for n in range(DOCUMENTS)])


def run_until(arrived: Arrived, amount: int) -> None:
    """Let a process send until so many have arrived, then kill it in the midst of whatever it does."""
    process = Forked(WORK, knowing=("events.delivery.pumps", "events.delivery.kinds.email"))
    try:
        wait_until(lambda: arrived.amount() >= amount or over())
    finally:
        process.kill()
    free_the_dead()


def over() -> bool:
    return not any(row.estado in (Estado.PENDENTE, Estado.ENVIANDO) for row in deliveries())


def test_each_mail_arrives_once_or_again_under_the_same_name(arrived: Arrived) -> None:
    owe()
    # the mailbox of a user gets no operator's event
    singles = EACH * (MAILBOXES - 1)
    for number in range(1, KILLS + 1):
        run_until(arrived, singles * number // (KILLS + 1))
        make_due()
    run_until(arrived, sys.maxsize)
    heads = arrived.heads()
    by_name = Counter(heads)
    summaries = [subject for _, subject in by_name if subject.startswith("📦")]
    assert summaries == [f"📦 {DOCUMENTS} documentos importados"]
    assert len({name for name, _ in heads}) == len(by_name) == singles + 1
    # What came and was not written down yet at a kill comes again: of each mailbox the one under way, and the one that
    # was just being written.
    assert len(heads) - len(by_name) <= 2 * MAILBOXES * KILLS
    found = Counter(row.estado for row in deliveries())
    assert found == {Estado.ENTREGUE: singles + 1, Estado.RESUMIDO: DOCUMENTS}
