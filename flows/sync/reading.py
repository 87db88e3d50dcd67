"""Read what is new into the ledger; then the cursor moves (docs/reference/contracts/sync.md §SY-11, §SY-12)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.clock import passed
from core.settings.sync import CLIENTES_PM, moment
from core.stopping import stopping
from flows.sync import checks, edits, ends, standing
from flows.sync.flow import NO_DOCUMENT, Seen
from flows.sync.ledger.item import Item, New, Situacao
from flows.sync.under_way import Run

# Nothing newer is taken for complete: rows of the last moment may not be visible yet.
MARGIN = timedelta(minutes=1)
FAR, DAY = timedelta(hours=48), timedelta(days=1)
FIRST = timedelta(minutes=10)
KEPT_ROWS, LISTED = 20_000, 100
SOURCE = ("fluxo", "ploomes_id", "milvus_id", "milvus_token")


class Reader:
    """The first half of a run."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def read(self, desde: datetime | None) -> None:
        """Note what is new in the ledger; then the cursor moves."""
        since, deep = self.since(desde)
        run, report = self.run, self.run.report
        report.cursor_antes, report.continua = self.cursor(), run.sides.begin or None
        self.look(deep)
        newest, seen, limit = None, set[int](), run.clock.now()
        for page in run.flow.pages(since, deep=deep):
            rows = [row for row in page.rows if row.id not in seen]
            seen |= {row.id for row in rows}
            self.take(rows)
            report.parcial |= not page.whole
            limit = (page.now or run.clock.now()) - MARGIN
            dates = [at for row in rows if (at := run.flow.created(row)) is not None]
            newest = max([min(at, limit) for at in dates] + ([newest] if newest else []), default=None)
            run.keep()
            report.continua = page.goes_on
            if run.lost or stopping() or (page.goes_on and run.held is not None and run.over()):
                # another run has the flow, the worker ends, or the list is too long for one run: what was read is noted
                report.restam, report.cursor_depois = True, report.cursor_antes
                return
        if run.held is not None:
            first = None
            if run.held.cursor is None:
                # by our clock, which may be ahead, it is at most what the source's clock says
                first = since if desde or run.sides.conta.start else min(since, limit)
            standing.moved(run.held, newest or first, deep=deep, clock=run.clock)
        report.cursor_depois = standing.cursor(run.sides.nome, run.nome)

    def look(self, deep: bool) -> None:
        """Look once a day at what may be wrong without any request failing; keep what was found until then."""
        run = self.run
        if run.held is not None and run.nome == CLIENTES_PM:
            run.report.avisos = checks.daily(run.sides) if deep else run.held.avisos

    def cursor(self) -> datetime | None:
        """Return the cursor as the run found it."""
        held = self.run.held
        return held.cursor if held else standing.cursor(self.run.sides.nome, self.run.nome)

    def since(self, desde: datetime | None) -> tuple[datetime, bool]:
        """Return from when to read, and whether to look for what may have been missed, too."""
        conta, now = self.run.sides.conta, self.run.clock.now()
        cursor = self.cursor()
        if desde is not None:
            return max(desde, conta.cutoff_at), True
        if cursor is None:
            return max(moment(conta.start) if conta.start else now - FIRST, conta.cutoff_at), True
        last = passed(self.run.held.profunda_em, now) if self.run.held else now
        deep = last is None or now - last >= DAY
        overlap = FAR if deep else timedelta(minutes=conta.overlap_minutes)
        return max(cursor - overlap, conta.cutoff_at), deep

    def take(self, rows: Sequence[Any]) -> None:
        """Note rows; what is noted already stays as it is."""
        run, report = self.run, self.run.report
        report.lidos += len(rows)
        judged = run.flow.judge(rows) if rows else []
        news = {one.new.chave: one for one in judged if one.new is not None}
        report.pulados.update(one.skipped for one in judged if one.skipped)
        without = [one.row.id for one in judged if one.skipped == NO_DOCUMENT]
        report.sem_documento += without[: max(LISTED - len(report.sem_documento), 0)]
        report.trocas += [one.switched for one in judged if one.switched]
        if run.sides.dry:
            self.preview(news)
            return
        also = [more for one in judged for more in one.also]
        new = run.sides.ledger.owe([*(one.new for one in news.values() if one.new), *also], run.clock.now())
        fresh = {chave for livro, chave in new if livro == run.flow.livro}
        report.novos += len(fresh)
        report.conhecidos += len(news) - len(fresh)
        known = {chave: one for chave, one in news.items() if chave not in fresh}
        self.back(known)
        edits.notice(run, known)
        for chave, one in news.items():
            if chave in fresh and len(run.rows) < KEPT_ROWS:
                run.rows[chave] = one.row

    def back(self, known: Mapping[str, Seen[Any]]) -> None:
        """Let what was given up because its source was gone be owed again: it is there, or another in its place."""
        run, now = self.run, self.run.clock.now()
        again = {"motivo": None, "due_at": now, "tentativas": 0, "procuras": 0}
        for chave, line in run.sides.ledger.find(run.flow.livro, list(known)).items():
            # what was just seen on the side where it was to be made is perhaps what we made (§SY-06)
            if line.motivo not in ends.GONE or (line.tentado and line.fluxo != run.nome):
                continue
            where = {"id": [line.id], "situacao": Situacao.FALHOU, "tentado": line.tentado}
            state = Situacao.DESCONHECIDO if line.tentado else Situacao.PENDENTE
            run.sides.ledger.change(where, now, **again, **self.source(line, known[chave]), situacao=state)

    def source(self, line: Item, one: Seen[Any]) -> dict[str, object]:
        """Return what binds a line to the row that was just seen; what it knows of the same one stays."""
        if line.fluxo == self.run.nome and self.run.flow.is_source(line, one.row):
            return {}
        return {name: getattr(one.new, name) for name in SOURCE}

    def preview(self, news: Mapping[str, Seen[Any]]) -> None:
        """Say what would be done with rows that the ledger does not have as done."""
        run, report = self.run, self.run.report
        lines = run.sides.ledger.find(run.flow.livro, list(news))
        for chave, one in news.items():
            line = lines.get(chave) or (_imagined(one.new, run.clock.now()) if one.new else None)
            if line is None or line.situacao == Situacao.ENVIADO:
                report.conhecidos += 1
                continue
            made = run.flow.send(line, one.row)
            if isinstance(made, str):
                report.novos += 1
                report.faria.append(made)
            else:
                report.count(made)


def _imagined(new: New, now: datetime) -> Item:
    return Item(
        id=0,
        livro=new.livro,
        fluxo=new.fluxo,
        chave=new.chave,
        situacao=Situacao.PENDENTE,
        due_at=now,
        ploomes_id=new.ploomes_id,
        milvus_id=new.milvus_id,
        milvus_token=new.milvus_token,
        tentado=False,
        procuras=0,
        tentativas=0,
        motivo=None,
        erro=None,
        ligado=new.ligado,
        resumo=None,
        criado_em=now,
        mudado_em=now,
    )
