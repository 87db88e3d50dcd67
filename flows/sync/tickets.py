"""Tasks and interactions of Ploomes with one of our tags become tickets of Milvus, each once."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

from connectors.base.faults import Fault
from connectors.milvus import has_reference, reference
from connectors.ploomes import INTERACTIONS, TASKS
from connectors.ploomes import Item as Work
from connectors.ploomes.rows import document_of
from core.clock import passed
from core.errors import Rejected
from core.fiscal import documento_ausente
from core.settings.sync import CLIENTES_PM, INTERACOES, TAREFAS, SyncTag
from flows.sync import bodies, ends
from flows.sync.clients import meant
from flows.sync.documents import known
from flows.sync.flow import Read, Seen
from flows.sync.ledger import item as lines
from flows.sync.ledger.item import CLIENTES, Item, New, Outcome, Situacao
from flows.sync.sides import Sides

ENTITIES = {TAREFAS: TASKS, INTERACOES: INTERACTIONS}
BOOKS = {TAREFAS: lines.TAREFAS, INTERACOES: lines.INTERACOES}
# The clocks of two systems, and of ours, are not the same one.
BEFORE = timedelta(days=1)
# A client that was just made shows up in the search after a moment (§SY-36).
SOON, LAG = 30.0, timedelta(minutes=10)


class Waits(Exception):
    """The ticket has no client to go to, for this reason."""

    def __init__(self, motivo: str, seconds: float | None = None) -> None:
        super().__init__(motivo)
        self.motivo, self.seconds = motivo, seconds


class Tickets:
    """The flows `tarefas` and `interacoes` (docs/reference/contracts/sync.md §SY-03, §SY-04)."""

    def __init__(self, sides: Sides, nome: str) -> None:
        self._sides, self.nome = sides, nome
        self.livro, self._entity = BOOKS[nome], ENTITIES[nome]
        self._tags = {tag.id: tag for tag in sides.conta.tags}

    def pages(self, since: datetime, *, deep: bool) -> Iterator[Read[Work]]:
        """Read what was created or changed since; once a day all that has a tag, because a tag may come late."""
        ploomes, cutoff = self._sides.ploomes, self._sides.conta.cutoff_at
        readings = [ploomes.items(self._entity, since, tags=list(self._tags))]
        if deep:
            readings.append(ploomes.items(self._entity, cutoff, tags=list(self._tags), changed=False))
        for page in chain.from_iterable(readings):
            yield Read(page.rows, page.now, whole=page.whole)

    def created(self, row: Work) -> datetime | None:
        """Return when it was created."""
        return row.created_at

    def judge(self, rows: Sequence[Work]) -> list[Seen[Work]]:
        """Say of each whether it is to go."""
        return [self._seen(row) for row in rows]

    def _seen(self, row: Work) -> Seen[Work]:
        if row.created_at is None or row.created_at < self._sides.conta.cutoff_at:
            return Seen(row, skipped="antes_do_corte")
        if self._tag(row) is None:
            return Seen(row, skipped="sem_etiqueta")
        if (contact := self._contact_id(row)) is None:
            return Seen(row, skipped="sem_cliente")
        number = str(row.id)
        return Seen(row, New(livro=self.livro, fluxo=self.nome, chave=number, ploomes_id=number, ligado=str(contact)))

    def _tag(self, row: Work) -> SyncTag | None:
        """Return the first of our tags, in the order of the settings (§SY-13)."""
        return next((tag for number, tag in self._tags.items() if number in row.tag_ids), None)

    def _contact_id(self, row: Work) -> int | None:
        return row.contact_id or (row.deal_contact_id if self._sides.conta.deal_client else None)

    def made(self, item: Item) -> bool:
        """Tell whether the ticket is there."""
        return item.milvus_id is not None

    def is_source(self, item: Item, row: Work) -> bool:
        """Tell whether an item came of this task or interaction."""
        return item.ploomes_id == str(row.id)

    def content(self, row: Work) -> object:
        """Return what is told of it."""
        return (row.titulo, row.texto)

    def change(self, item: Item, row: Work, mark: str) -> None:
        """Tell the ticket what it says now; a follow-up that may be there already is looked for first."""
        milvus, codigo, ref = self._sides.milvus, item.milvus_id or "", f"{self._ref(row)} {mark}"
        if item.tentado and any(has_reference(one, ref) for one in milvus.comments(codigo)):
            return
        milvus.comment(codigo, bodies.follow_up(row, ref))

    def fetch(self, item: Item) -> Work | None:
        """Return it as it is now."""
        return self._sides.ploomes.item(self._entity, int(item.chave))

    def send(self, item: Item, row: Work) -> Outcome | str:
        """Find its client, look for the ticket where it may be there, then open it."""
        sides, tag, contact = self._sides, self._tag(row), self._contact_id(row)
        if tag is None or contact is None:
            return ends.parked(sides, item, "sem_etiqueta" if tag is None else "sem_cliente")
        try:
            # some refusals look like faults of the server: what failed asks anew
            token = self._token(row, contact, anew=item.tentativas > 0)
            if item.tentado and (found := self._there(item, row, token)) is not None:
                return found
        except Waits as wait:
            return ends.parked(sides, item, wait.motivo, seconds=wait.seconds)
        except Fault as fault:
            return ends.failed(sides, item, fault)
        if not ends.looked_enough(item):
            return ends.not_found_yet(sides, item)
        return f"abriria um chamado para {self._ref(row)}" if sides.dry else self._create(item, row, tag, token)

    def _there(self, item: Item, row: Work, token: str) -> Outcome | None:
        """Look through the client's tickets since before the first try; the client may be another one by now."""
        whole = True
        for one in dict.fromkeys((item.milvus_token or token, token)):
            found = self._sides.milvus.find_chamados(one, self._ref(row), item.criado_em - BEFORE)
            if found.rows:
                return ends.found(self._sides, item, milvus_id=found.rows[0].codigo, milvus_token=one)
            whole &= found.complete
        # a list that is not whole shows nothing
        return None if whole else ends.unseen(self._sides, item)

    def _create(self, item: Item, row: Work, tag: SyncTag, token: str, *, sure: bool = False) -> Outcome:
        sides = self._sides
        try:
            codigo = sides.milvus.create_chamado(
                bodies.chamado(self.nome, row, tag, token, self._ref(row), sides.conta)
            )
        except Fault as fault:
            if fault.may_be_stored:
                return ends.unsure(sides, item, fault, milvus_token=token)
            return ends.failed(sides, item, fault) if sure else self._refused(item, row, tag, token, fault)
        return ends.sent(sides, item, milvus_id=codigo, milvus_token=token)

    def _refused(self, item: Item, row: Work, tag: SyncTag, token: str, fault: Fault) -> Outcome:
        """A refusal may mean that the client has another token by now, as after a merge, or is gone."""
        fresh = token
        try:
            if isinstance(fault, Rejected):
                fresh = self._token(row, self._contact_id(row) or 0, anew=True)
        except Waits as wait:
            return ends.parked(self._sides, item, wait.motivo, seconds=wait.seconds)
        except Fault as other:
            return ends.failed(self._sides, item, other)
        return (
            ends.failed(self._sides, item, fault) if fresh == token else self._create(item, row, tag, fresh, sure=True)
        )

    def _ref(self, row: Work) -> str:
        return reference("ploomes", self._entity, row.id)

    def token_of(self, row: Work) -> str:
        """Return the token of an item's client; raise `Waits` where there is none."""
        contact = self._contact_id(row)
        if contact is None:
            raise Waits("sem_cliente")
        return self._token(row, contact)

    def _token(self, row: Work, contact: int, *, anew: bool = False) -> str:
        """Return the token of the item's own client (§SY-35); `anew` asks for it whatever the ledger says."""
        documento = self._document(row, contact)
        line = known(self._sides.ledger, [documento]).get(documento)
        if line is not None and line.situacao == Situacao.ESQUECIDO:
            raise Waits("cliente_esquecido")
        kept = line.milvus_token if line is not None else None
        if kept and not anew:
            return kept
        first = meant((one for one in self._sides.milvus.find_clientes(documento) if one.token), kept)
        if first is None:
            raise Waits("esperando_cliente", SOON if self._just_made(line) else None)
        if first.token != kept:
            self._remember(line, documento, str(first.id), first.token)
        return first.token

    def _just_made(self, line: Item | None) -> bool:
        """Tell whether the search may not show a client yet; one that was made long ago is gone, or never was there."""
        now = self._sides.clock.now()
        made = passed(line.mudado_em, now) if line is not None and line.situacao == Situacao.ENVIADO else None
        return made is not None and now - made < LAG

    def _document(self, row: Work, contact: int) -> str:
        """Return the document of a contact; the one of the item came with it, the one of its deal did not."""
        beside = row.raw.get("Contact")
        if row.contact_id == contact and isinstance(beside, dict) and (documento := document_of(beside)):
            return documento
        found = self._sides.ploomes.contact(contact)
        if found is None or documento_ausente(found.documento):
            raise Waits("cliente_sem_documento")
        return found.documento

    def _remember(self, line: Item | None, documento: str, number: str, token: str) -> None:
        sides, now = self._sides, self._sides.clock.now()
        if sides.dry:
            return
        if line is not None:
            there = {"milvus_id": number, "milvus_token": token}
            sides.ledger.change({"id": [line.id], "situacao": Situacao.ENVIADO}, now, **there)
            return
        sent, fluxo = Situacao.ENVIADO, CLIENTES_PM
        new = New(livro=CLIENTES, fluxo=fluxo, chave=documento, situacao=sent, milvus_id=number, milvus_token=token)
        sides.ledger.owe([new], now)
