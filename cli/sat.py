"""`esteira sat`: the boxes. Exit codes of `verificar`: 0 no active alert, 1 an alert is active, 3 unreachable."""

from typing import Annotated, Any

import typer

from cli import sat_avaliar, sat_frota
from cli.output import document, instant, say, table
from cli.portuguese import Noun
from core import messages
from core.errors import Misconfigured, Rejected, Transient, UsageError
from flows.entregas import delivering
from flows.sat import boxes, check, parking
from flows.sat.configured import box_named, configured
from flows.sat.outcome import Verificacao

app = Noun("Caixas SAT e MFE.")
sat_avaliar.register(app)
sat_frota.register(app)
Json = Annotated[bool, typer.Option("--json", help="Responde em JSON.")]
Loja = Annotated[str | None, typer.Option("--loja", help="Só as desta loja.")]
Uf = Annotated[str | None, typer.Option("--uf", help="Só as deste estado.")]
Grupo = Annotated[str | None, typer.Option("--grupo", help="Só as deste grupo.")]
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
    fila: Annotated[bool, typer.Option("--fila", help="Deixa a verificação para os workers.")] = False,
    as_json: Json = False,
) -> int:
    """Consulta o status de uma caixa, avalia os alertas e avisa as mudanças."""
    if todas and nome is not None:
        raise UsageError("Diga o nome de uma caixa ou --todas.")
    names = [box_named(nome).name] if nome is not None else list(configured())
    if not names:
        say("Nenhuma caixa configurada (sat.boxes).")
    if fila:
        return _enqueue(names, as_json)
    return _check(names, as_json=as_json, alone=nome is not None)


def _check(names: list[str], *, as_json: bool, alone: bool) -> int:
    """Check boxes now, say what was found, return the exit code."""
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
    parking.reactivate(nome)
    return _check([nome], as_json=as_json, alone=True)


@app.command()
def listar(loja: Loja = None, uf: Uf = None, grupo: Grupo = None, as_json: Json = False) -> None:
    """Lista as caixas, o último resultado e os alertas abertos."""
    wanted = {"loja": loja, "uf": uf, "grupo": grupo}
    rows = [
        {
            "nome": one.box.name,
            "tipo": one.box.kind,
            "endereco": one.box.address,
            "numero_caixa": one.box.numero_caixa,
            "loja": one.box.loja,
            "uf": one.box.uf,
            "grupo": one.box.grupo,
            "alertas": [alerta.codigo for alerta in one.alertas],
            **_checked(one),
        }
        for one in boxes.listar()
        if all(value is None or getattr(one.box, label) == value for label, value in wanted.items())
    ]
    if as_json:
        document(rows)
        return
    columns = {
        "nome": "Caixa",
        "tipo": "Tipo",
        "endereco": "Endereço",
        "loja": "Loja",
        "resultado": "Resultado",
        "verificada_em": "Verificada",
        "alertas": "Alertas",
        "erro": "Erro",
    }
    asked = any(value is not None for value in wanted.values())
    table(rows, columns, "Nenhuma caixa assim." if asked else "Nenhuma caixa configurada (sat.boxes).")


def _checked(one: boxes.Listed) -> dict[str, Any]:
    """Return what the last check of a box found; of one that is not asked, why."""
    row = None if one.mesma else one.row
    return {
        "resultado": "unida" if one.mesma else row and row.resultado,
        "verificada_em": row and instant(row.verificada_em),
        "erro": one.mesma or (row and row.erro),
        "ocupada_desde": row and instant(row.ocupada_desde),
        "silenciada_ate": row and instant(row.silenciada_ate),
    }


def _enqueue(names: list[str], as_json: bool) -> int:
    for name in names:
        messages.send("sat.verificar_caixa", [name])
    say(f"{len(names)} verificações deixadas na fila.")
    if as_json:
        document([{"caixa": name, "fila": True} for name in names])
    return 0


def _exit(one: Verificacao) -> int:
    return ALERT_EXIT if one.resultado == "ok" and one.ativos else RESULT_EXITS[one.resultado]


def _tell(one: Verificacao) -> None:
    if one.erro:
        say(f"{one.caixa}: {one.resultado}. {one.erro}")
        return
    say(f"{one.caixa}: {'sem alertas' if not one.ativos else 'alertas ativos:'}")
    for judged in one.ativos:
        say(f"  {judged.codigo} ({judged.severidade}): {judged.mensagem}")
    for judged in one.avaliacoes:
        if judged.erro:
            say(f"  {judged.codigo}: não pôde ser avaliado ({judged.erro})")


def _shown(one: Verificacao) -> dict[str, Any]:
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
