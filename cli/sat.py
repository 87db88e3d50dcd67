"""`esteira sat`: the boxes. Exit codes of `verificar`: 0 no active alert, 1 an alert is active, 3 unreachable."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import sat_agente, sat_avaliar, sat_frota
from cli.options import Fila, Json, Limite
from cli.output import document, report, say
from cli.portuguese import Noun
from core.errors import Misconfigured, Rejected, Transient, UsageError
from core.page import SIZE
from core.text import plural

if TYPE_CHECKING:
    from flows.sat.outcome import Verificacao

app = Noun("Caixas SAT e MFE.")
sat_avaliar.register(app)
sat_frota.register(app)
sat_agente.register(app)
Loja = Annotated[str | None, typer.Option("--loja", help="Só as desta loja.")]
Uf = Annotated[str | None, typer.Option("--uf", help="Só as deste estado.")]
Grupo = Annotated[str | None, typer.Option("--grupo", help="Só as deste grupo.")]
Depois = Annotated[str | None, typer.Option("--depois", help="Continua depois da caixa com este nome.")]
COLUMNS = {
    "nome": "Caixa",
    "tipo": "Tipo",
    "endereco": "Endereço",
    "loja": "Loja",
    "resultado": "Resultado",
    "verificada_em": "Verificada",
    "alertas": "Alertas",
    "erro": "Erro",
}
ALERT_EXIT = 1
RESULT_EXITS = {
    "ok": 0,
    "ocupada": Transient.exit_code,
    "inalcancavel": Transient.exit_code,
    "recusado": Rejected.exit_code,
    "parada": Misconfigured.exit_code,
}


@app.command()
def verificar(
    nome: Annotated[str | None, typer.Argument(help="Uma caixa; sem nome, todas.")] = None,
    todas: Annotated[bool, typer.Option("--todas", help="Todas as caixas, também as importadas.")] = False,
    fila: Fila = False,
    as_json: Json = False,
) -> int:
    """Consulta o status de uma caixa, avalia os alertas e avisa as mudanças."""
    if todas and nome is not None:
        raise UsageError("Diga o nome de uma caixa ou --todas.")
    from flows.sat.known_boxes import box_named, configured

    names = [box_named(nome).name] if nome is not None else list(configured())
    if not names:
        say("Nenhuma caixa configurada (sat.boxes).")
    if fila:
        return _enqueue(names, as_json)
    return _check(names, as_json=as_json, alone=nome is not None)


def _check(names: list[str], *, as_json: bool, alone: bool) -> int:
    """Check boxes now, say what was found, return the exit code."""
    from flows.entregas import delivering
    from flows.sat import check

    found = check.verificar_varias(names)
    delivering.deliver_all([event for one in found for event in one.eventos])
    if as_json:
        shown = [_shown(one) for one in found]
        document(shown[0] if alone else shown)
    for one in found:
        _tell(one)
    return max((_exit(one) for one in found), default=0)


@app.command()
def reativar(
    nome: Annotated[str, typer.Argument(metavar="NOME", help="Nome da caixa parada.")], as_json: Json = False
) -> int:
    """Volta a consultar uma caixa parada por código recusado, e a consulta já."""
    from flows.sat import parking

    parking.reactivate(nome)
    return _check([nome], as_json=as_json, alone=True)


@app.command()
def listar(
    loja: Loja = None,
    uf: Uf = None,
    grupo: Grupo = None,
    limite: Limite = SIZE,
    depois: Depois = None,
    as_json: Json = False,
) -> None:
    """Lista as caixas por nome, o último resultado e os alertas abertos."""
    from flows.sat import views

    given = {"loja": loja, "uf": uf, "grupo": grupo}
    wanted = {label: value for label, value in given.items() if value is not None}
    found = views.boxes(wanted, depois=depois, limite=limite)
    empty = "Nenhuma caixa assim." if wanted else "Nenhuma caixa configurada (sat.boxes)."
    report(found, COLUMNS, empty, as_json=as_json)


def _enqueue(names: list[str], as_json: bool) -> int:
    from core import messages

    for name in names:
        messages.send("sat.verificar_caixa", [name])
    say(f"{plural(len(names), 'verificação deixada', 'verificações deixadas')} na fila.")
    if as_json:
        document([{"caixa": name, "fila": True} for name in names])
    return 0


def _exit(one: "Verificacao") -> int:
    return ALERT_EXIT if one.resultado == "ok" and one.ativos else RESULT_EXITS[one.resultado]


def _tell(one: "Verificacao") -> None:
    if one.erro:
        say(f"{one.caixa}: {one.resultado}. {one.erro}")
        return
    say(f"{one.caixa}: {'sem alertas' if not one.ativos else 'alertas ativos:'}")
    for judged in one.ativos:
        say(f"  {judged.codigo} ({judged.severidade}): {judged.mensagem}")
    for judged in one.avaliacoes:
        if judged.erro:
            say(f"  {judged.codigo}: não pôde ser avaliado ({judged.erro})")


def _shown(one: "Verificacao") -> dict[str, Any]:
    return {
        "caixa": one.caixa,
        "resultado": one.resultado,
        "erro": one.erro,
        "alertas": [
            {
                "codigo": judged.codigo,
                "ativo": judged.ativo,
                "severidade": judged.severidade,
                "mensagem": judged.mensagem,
                "valores": judged.valores,
                "erro": judged.erro,
            }
            for judged in one.avaliacoes
        ],
    }
