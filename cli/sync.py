"""`esteira sync`: Ploomes and Milvus in step."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Fila, Json, Limite
from cli.output import answer, document, instant, plain, report, say
from cli.portuguese import Noun
from core.errors import Misconfigured, Rejected, Transient, UsageError
from core.page import SIZE
from core.settings.sync import FLOWS
from core.text import by_state, human_duration, plural

if TYPE_CHECKING:
    from flows.sync.forgetting import Forgotten
    from flows.sync.rebuilding import Rebuilt
    from flows.sync.results import Report

app = Noun("Ploomes e Milvus em dia: clientes, tarefas e interações.")
pendencias = Noun("O que não pôde ser enviado, e por quê.")
cursor = Noun("Até onde cada fluxo já leu.")
app.add_typer(pendencias, name="pendencias")
app.add_typer(cursor, name="cursor")


def _meant(conta: str) -> str:
    if conta:
        return conta
    from core.settings.sync import SyncSettings

    return SyncSettings.current().meant()


ANY, CONTA = "", "Conta da seção sync; sem ela, padrao, ou a única que há."
Conta = Annotated[str, typer.Option("--conta", help=CONTA, show_default=False, callback=_meant)]
Fluxo = Annotated[str | None, typer.Argument(metavar="FLUXO", help="clientes-pm, clientes-mp, tarefas ou interacoes.")]
UmFluxo = Annotated[str, typer.Argument(metavar="FLUXO", help="clientes-pm, clientes-mp, tarefas ou interacoes.")]
Instante = Annotated[str, typer.Argument(metavar="INSTANTE", help="Data ou data e hora, ISO 8601.")]
STATE = {
    "conta": "Conta",
    "fluxo": "Fluxo",
    "minutos": "A cada (min)",
    "estado": "Estado",
    "ultima_rodada": "Última rodada",
    "cursor": "Cursor",
    "idade": "Idade",
    "itens": "Itens",
    "requisicoes": "Pedidos",
    "esperas": "Esperas",
    "falha": "Falha",
}
WAITING = {
    "id": "Número",
    "fluxo": "Fluxo",
    "item": "Item",
    "situacao": "Situação",
    "motivo": "Motivo",
    "erro": "Erro",
    "tentativas": "Tentativas",
    "desde": "Desde",
    "volta_em": "Volta em",
}
DIFFERENCES = {"fluxo": "Fluxo", "problema": "Problema", "item": "Item", "detalhe": "Detalhe"}
EXITS = {"ocupado": Transient.exit_code, "degradado": Transient.exit_code, "parado": Misconfigured.exit_code}


def _known(fluxo: str) -> str:
    if fluxo not in FLOWS:
        raise UsageError(f"Fluxo desconhecido: {fluxo!r}. Use {', '.join(FLOWS)}.", campo="fluxo")
    return fluxo


@app.command()
def rodar(
    fluxo: Fluxo = None,
    simular: Annotated[bool, typer.Option("--simular", help="Só lê e diz o que faria; não grava nada.")] = False,
    desde: Annotated[str | None, typer.Option("--desde", help="Lê desde este instante, ISO 8601.")] = None,
    fila: Fila = False,
    conta: Conta = ANY,
    as_json: Json = False,
) -> int:
    """Roda um fluxo, ou todos, agora, e mostra o relatório; sai com erro se algo falhou de vez."""
    names = FLOWS if fluxo is None else (_known(fluxo),)
    if fila:
        if simular or desde:
            raise UsageError("--fila não se usa com --simular nem --desde.")
        from core import messages

        for name in names:
            messages.send(f"sync.{name.replace('-', '_')}", [conta])
        say("Pedido entregue aos workers.")
        return 0
    from core.instant import read_instant
    from core.settings.core import CoreSettings
    from flows.sync import run

    since = read_instant(desde, CoreSettings.current().zone, "desde") if desde else None
    reports = [run.run(name, conta, desde=since, simular=simular) for name in names]
    if as_json:
        document([one.as_dict() for one in reports])
    else:
        for one in reports:
            _tell(one)
    return max(map(_exit, reports))


def _exit(one: "Report") -> int:
    return EXITS.get(one.estado, Rejected.exit_code if one.refused else 0)


def _tell(one: "Report") -> None:
    counts = {
        "lido": one.lidos,
        "conhecido": one.conhecidos,
        "novo": one.novos,
        "criado": one.criados,
        "adotado": one.adotados,
        "editado": one.editados,
        "desconhecido": one.desconhecidos,
        "adiado": one.adiados,
        **{f"pulado ({reason})": amount for reason, amount in one.pulados.items()},
        **{f"estacionado ({reason})": amount for reason, amount in one.estacionados.items()},
        **{f"falho ({reason})": amount for reason, amount in one.falhos.items()},
    }
    there = plural(one.ja_estavam, "já estava lá", "já estavam lá") if one.ja_estavam else ""
    done = by_state({name: amount for name, amount in counts.items() if amount})
    said = ", ".join(filter(None, (done, there))) or "nada a fazer"
    partial = "; a lista lida pode estar incompleta" if one.parcial else ""
    asked = plural(one.requisicoes, "pedido", "pedidos") + (
        f" ({plural(one.esperas, 'espera', 'esperas')})" if one.esperas else ""
    )
    answer(f"{one.fluxo}: {one.estado}; {said}; {asked} em {one.segundos:.0f} s{partial}.")
    if one.cursor_antes != one.cursor_depois:
        answer(f"  cursor: {instant(one.cursor_antes) or 'nenhum'} → {instant(one.cursor_depois)}")
    if one.sem_documento:
        answer(f"  sem documento: {', '.join(map(str, one.sem_documento))}")
    told = (*(f"documento trocado: {pair}" for pair in one.trocas), *(f"a conferir: {what}" for what in one.avisos))
    for line in (*one.faria, *told):
        answer(f"  {line}")
    if one.falha:
        say(one.falha)


def _age(seconds: float | None) -> str | None:
    return None if seconds is None else human_duration(seconds)


@app.command()
def estado(as_json: Json = False) -> None:
    """Mostra cada fluxo: a última rodada, o cursor e sua idade, os itens por situação."""
    from flows.sync import views

    found = views.flows()
    if as_json:
        document([plain(one) for one in found])
        return
    from cli.output import table

    rows = [plain(one) | {"itens": by_state(one.contagens), "idade": _age(one.cursor_segundos)} for one in found]
    table(rows, STATE, "Nenhuma conta configurada (seção sync).")


@app.command()
def conciliar(conta: Conta = ANY, as_json: Json = False) -> int:
    """Compara os dois lados e lista o que falta, o que está repetido e o que é desconhecido; não muda nada."""
    from flows.sync import reconciling

    found = reconciling.reconcile(conta)
    report(found, DIFFERENCES, "Os dois lados estão de acordo.", as_json=as_json)
    return 1 if found else 0


@app.command()
def reconstruir(conta: Conta = ANY, as_json: Json = False) -> None:
    """Refaz um livro perdido, pelo que há nos dois lados."""
    from flows.sync import rebuilding

    found = rebuilding.rebuild(conta)
    if as_json:
        document(asdict(found))
        return
    say(f"Anotados como enviados: {_amounts(found)}.")
    if found.parcial:
        say("Alguma lista pode estar incompleta: repita mais tarde.")


@app.command()
def esquecer(
    documento: Annotated[str, typer.Argument(metavar="DOCUMENTO", help="CPF ou CNPJ, em qualquer forma.")],
    simular: Annotated[bool, typer.Option("--simular", help="Só diz o que apagaria.")] = False,
    conta: Conta = ANY,
    as_json: Json = False,
) -> None:
    """Apaga uma pessoa do livro; fica só uma marca cifrada, para que ela não seja criada de novo."""
    from flows.sync import forgetting

    found = forgetting.forget(documento, conta, simular=simular)
    if as_json:
        document(asdict(found))
        return
    verb = "Apagaria do livro os dados de" if simular else "Apagados do livro os dados de"
    say(f"{verb} {_amounts(found)}.")


@app.command()
def adotar(
    arquivo: Annotated[Path | None, typer.Argument(metavar="ARQUIVO", help="Arquivo com os documentos.")] = None,
    colecao: Annotated[str | None, typer.Option("--colecao", help="Coleção no MongoDB de sync.ledger_url.")] = None,
    campo: Annotated[str, typer.Option("--campo", help="Campo do documento na coleção.")] = "cnpj_cpf",
    conta: Conta = ANY,
    as_json: Json = False,
) -> None:
    """Lê uma vez os clientes que o programa antigo já enviou; nenhum é enviado de novo."""
    from flows.sync import adopting

    if (arquivo is None) == (colecao is None):
        raise UsageError("Diga um arquivo, ou --colecao.")
    if arquivo is not None:
        found = adopting.adopt_file(arquivo, conta)
    else:
        found = adopting.adopt_collection(colecao or "", campo, conta)
    if as_json:
        document(asdict(found))
        return
    read = plural(found.documentos, "documento", "documentos")
    said = (plural(found.adotados, "adotado", "adotados"), plural(found.conhecidos, "já conhecido", "já conhecidos"))
    say(f"{read}: {', '.join(said)}.")
    if found.invalidos:
        say(f"{plural(found.invalidos, 'não é CPF nem CNPJ válido', 'não são CPF nem CNPJ válidos')}.")


def _amounts(found: "Rebuilt | Forgotten") -> str:
    clients, contacts = (plural(found.clientes, "cliente", "clientes"), plural(found.contatos, "contato", "contatos"))
    return f"{clients}, {contacts} e {plural(found.chamados, 'chamado', 'chamados')}"


@pendencias.command()
def listar(
    fluxo: Fluxo = None,
    limite: Limite = SIZE,
    depois: Annotated[str | None, typer.Option("--depois", help="Continua depois desta (o comando diz qual).")] = None,
    conta: Conta = ANY,
    as_json: Json = False,
) -> None:
    """Lista o que está estacionado, é desconhecido ou falhou."""
    from flows.sync import pending

    found = pending.listing(conta, fluxo and _known(fluxo), depois=depois, limite=limite)
    report(found, WAITING, "Nada pendente.", as_json=as_json)


@pendencias.command()
def repetir(
    numeros: Annotated[list[str] | None, typer.Argument(metavar="NÚMERO", help="Números das pendências.")] = None,
    todas: Annotated[bool, typer.Option("--todas", help="Todas as pendências.")] = False,
    conta: Conta = ANY,
) -> None:
    """Tenta de novo na próxima rodada."""
    from flows.sync import pending

    if bool(numeros) == todas:
        raise UsageError("Diga números de pendências, ou --todas.")
    amount = pending.again(conta, numeros or ())
    say(f"{plural(amount, 'pendência volta', 'pendências voltam')} na próxima rodada.")


@pendencias.command()
def descartar(
    numero: Annotated[str, typer.Argument(metavar="NÚMERO", help="Número da pendência.")], conta: Conta = ANY
) -> None:
    """Desiste de um item: ele nunca será enviado."""
    from flows.sync import pending

    pending.drop(conta, numero)
    say("Descartada.")


@cursor.command()
def mostrar(fluxo: UmFluxo, conta: Conta = ANY) -> None:
    """Mostra até onde um fluxo já leu."""
    from flows.sync import standing

    found = instant(standing.cursor(conta, _known(fluxo)))
    answer(found or "Este fluxo ainda não leu nada.")


@cursor.command()
def definir(fluxo: UmFluxo, instante: Instante, conta: Conta = ANY) -> None:
    """Põe o cursor em outro instante; o que já foi enviado não se repete."""
    from core.clock import SYSTEM
    from core.instant import read_instant
    from core.settings.core import CoreSettings
    from core.settings.sync import SyncSettings
    from flows.sync import standing

    SyncSettings.current().conta(conta)
    found = read_instant(instante, CoreSettings.current().zone, "instante")
    standing.set_cursor(conta, _known(fluxo), found, SYSTEM.now())
    say("Cursor definido.")
