"""`esteira tarefas`: what runs by the clock, done now, by hand or by cron. docs/reference/agenda.md."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from beat_schedule import CONSULTAS, jobs
from cli.options import Json
from cli.output import answer, document, instant, plain, say
from cli.portuguese import Noun
from cli.words import word
from core.agenda import Job, work_of
from core.errors import PlatformError, UsageError
from core.text import plural

if TYPE_CHECKING:
    from flows.agenda.running import Relato

app = Noun("Tarefas que rodam por horário, feitas agora: à mão ou pelo cron.")
# Without --task, in this order. docs/reference/contracts/integracoes.md §5.1.
TODAS = (CONSULTAS, "limpeza_logs", "enviar_relatorios")


@dataclass(frozen=True)
class Linha:
    """What became of a task: `feita`, `ja_feita`, `em_andamento` or `falhou`, by whom and when."""

    tarefa: str
    dia: date | None
    situacao: str
    quem: str | None
    em: datetime | None
    contagem: dict[str, int]
    falha: str | None = None


@app.command()
def executar(
    task: Annotated[
        str | None,
        typer.Option("--task", metavar="NOME", help=f"Só esta; sem isto, {', '.join(TODAS)}, nesta ordem."),
    ] = None,
    de_novo: Annotated[bool, typer.Option("--de-novo", help="Faz outra vez o que hoje já foi feito.")] = False,
    as_json: Json = False,
) -> int:
    """Faz o que é devido agora, neste processo; o que o beat ou o cron já fez hoje não é feito outra vez.

    Por fim envia as entregas devidas: avisos e webhooks saem também onde não há workers.
    """
    known = {job.nome: job for job in jobs()}
    named = [name for name in TODAS if name == CONSULTAS or name in known] if task is None else [task]
    if task is not None and task not in (CONSULTAS, *known):
        raise UsageError(f"Não há tarefa {task!r}; há {', '.join((CONSULTAS, *known))}.", campo="task")
    lines, faults = list[Linha](), list[Exception]()
    for name in named:
        line, fault = _consulted() if name == CONSULTAS else _done(known[name], again=de_novo)
        lines.append(line)
        faults += [fault] if fault is not None else []
        if not as_json:
            (answer if fault is None else say)(_sentence(line))
    if as_json:
        document([plain(line) for line in lines])
    _deliver(as_json=as_json)
    return _exit(faults)


def _deliver(*, as_json: bool) -> None:
    """Send what is owed to destinations, and say how many got it; an attempt that failed is for the next time."""
    from flows.entregas import delivering

    done = delivering.deliver_due()
    failed = done.feitas - done.entregues
    if done.entregues:
        (say if as_json else answer)(f"entregas: {plural(done.entregues, 'saiu', 'saíram')}.")
    if failed:
        told = plural(failed, "tentativa falhou", "tentativas falharam")
        say(f"entregas: {told}; veja `esteira entregas listar`.")


def _exit(faults: Sequence[Exception]) -> int:
    """Return the exit code of what went wrong; a bug is raised, so that `--debug` shows it."""
    for fault in faults:
        if not isinstance(fault, PlatformError):
            raise fault
    return max((fault.exit_code for fault in faults if isinstance(fault, PlatformError)), default=0)


def _done(job: Job, *, again: bool) -> tuple[Linha, Exception | None]:
    """Do a job; whatever goes wrong costs that one."""
    from flows.agenda import executing

    try:
        told = executing.executar(job, work_of(job.tarefa), again=again)
    except PlatformError as fault:
        return Linha(job.nome, None, "falhou", None, None, {}, str(fault)), fault
    return _line(told), told.fault


def _line(told: "Relato") -> Linha:
    return Linha(told.tarefa, told.dia, told.situacao, told.quem, told.em, dict(told.contagem), told.falha)


def _consulted() -> tuple[Linha, Exception | None]:
    """Put what has come due to SEFAZ, send what recipients owe, import what was asked for; all of it stands in rows."""
    from core.clock import SYSTEM
    from flows.alertas import runs
    from flows.sefaz import importacoes_pedidas, rodada
    from flows.sefaz.manifestacoes import manifestar

    try:
        found = rodada.rodar()
        more = {"eventos": manifestar.enviar_devidas(), "importados": importacoes_pedidas.importar_devidas()}
    except PlatformError as fault:
        return Linha(CONSULTAS, None, "falhou", None, None, {}, str(fault)), fault
    if found.falhas:
        said = (
            plural(found.falhas, "consulta parou por um erro", "consultas pararam por um erro")
            + "; veja o que se disse acima"
        )
        return Linha(CONSULTAS, None, "falhou", None, SYSTEM.now(), asdict(found), said), PlatformError(said)
    runs.note("sefaz.varrer")
    return Linha(CONSULTAS, None, "feita", None, SYSTEM.now(), asdict(found) | more), None


def _sentence(line: Linha) -> str:
    counted = ", ".join(f"{word(name)}: {amount}" for name, amount in line.contagem.items())
    of = f" de {line.dia:%d/%m/%Y}" if line.dia else ""
    by = f", por {line.quem}" if line.quem else ""
    said = {
        "feita": f"feita ({counted or 'nada a fazer'})",
        "ja_feita": f"a{of} já foi feita em {instant(line.em)}{by}" if line.em else "já foi feita",
        "em_andamento": f"a{of} está sendo feita{by}",
        "falhou": f"falhou: {line.falha}",
    }
    return f"{line.tarefa}: {said[line.situacao]}."
