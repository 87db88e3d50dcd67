"""`esteira destinos`: where events go."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import stdin
from cli.options import Depois, Json, Limite, Usuario
from cli.output import document, listed, plain, report, say
from cli.portuguese import Noun
from core.errors import Transient, UsageError
from core.page import SIZE
from core.text import plural
from flows.destinos import views

if TYPE_CHECKING:
    from flows.destinos.creating import Created

app = Noun("Destinos: para onde vão os eventos.")
NO_EXIT = 1
LONGEST_SHOWN = 500
COLUMNS = {
    "id": "Nº",
    "tipo": "Tipo",
    "nome": "Nome",
    "usuario": "Usuário",
    "url": "URL",
    "topico": "Tópico",
    "eventos": "Eventos",
    "situacao": "Situação",
    "total_execucoes": "Entregas",
    "total_erros": "Erros",
}
SHOWN = {
    **{name: title for name, title in COLUMNS.items() if not name.startswith("total_")},
    "ativo": "Ativo",
    "motivo": "Motivo",
    "circuito_aberto": "Uma tentativa por vez",
    "falhando_desde": "Falha desde",
    "severidade": "Menor severidade",
    "rotulos": "Rótulos",
    "silencio": "Silêncio",
    "filtro": "Filtro",
    "por_minuto": "Limite por minuto",
    "ordem_estrita": "Ordem estrita",
    "data_criacao": "Criado",
    "ultima_execucao": "Última tentativa",
    "total_execucoes": "Tentativas",
    "total_erros": "Erros",
}
# What only some kinds have; their options go by the names that a command takes.
OF_KIND = {"assinatura": "Assinatura", "chave_publica": "Chave pública", "cabecalhos": "Cabeçalhos"}
NOTHING: tuple[object, ...] = (None, "", [], {})
Which = Annotated[str, typer.Argument(metavar="DESTINO", help="Número ou nome.")]
Secret = Annotated[
    str | None,
    typer.Option("--segredo", help="Segredo do webhook, ou token (ntfy também usuario:senha); - lê da entrada."),
]
Scheme = Annotated[
    str | None,
    typer.Option("--assinatura", help="v1 (segredo comum) ou v1a (ed25519: o receptor só tem a chave pública)."),
]
Headers = Annotated[
    list[str] | None,
    typer.Option("--cabecalho", help='"Nome: valor", só webhook; pode repetir; com o valor - lê da entrada.'),
]
Options = Annotated[
    list[str] | None,
    typer.Option("--opcao", help="nome=valor, para os tipos que têm opções próprias; pode repetir; - lê da entrada."),
]


Filter = Annotated[
    str | None,
    typer.Option("--filtro", help="Condições em JSON sobre o corpo do evento; vazio tira; - lê da entrada."),
]


@app.command()
def criar(
    tipo: Annotated[str, typer.Option("--tipo", help="webhook, ntfy, rabbitmq, milvus_chamado ou email.")],
    nome: Annotated[str, typer.Option("--nome", help="Nome para as pessoas, até 200 caracteres.")],
    url: Annotated[str, typer.Option("--url", help="Endereço do receptor, raiz do servidor, ou endereço de e-mail.")],
    eventos: Annotated[str, typer.Option("--eventos", help="Eventos, separados por vírgula; '*' são todos.")],
    topico: Annotated[str | None, typer.Option("--topico", help="Tópico (só ntfy).")] = None,
    segredo: Secret = None,
    assinatura: Scheme = None,
    cabecalho: Headers = None,
    opcao: Options = None,
    severidade: Annotated[str | None, typer.Option("--severidade", help="A menor: aviso ou critico.")] = None,
    rotulo: Annotated[list[str] | None, typer.Option("--rotulo", help="loja=loja-1; pode repetir.")] = None,
    silencio: Annotated[str | None, typer.Option("--silencio", help="Horário sem avisos: 22:00-07:00.")] = None,
    filtro: Filter = None,
    por_minuto: Annotated[int | None, typer.Option("--por-minuto", min=1, help="Limite de entregas.")] = None,
    ordem_estrita: Annotated[bool, typer.Option("--ordem-estrita", help="Uma de cada vez, em ordem.")] = False,
    substituir: Annotated[
        bool, typer.Option("--substituir", help="Troca o destino que já tem este nome; o que ficou retido sai.")
    ] = False,
    usuario: Usuario = None,
    as_json: Json = False,
) -> None:
    """Cria um destino; sem --segredo, um webhook ganha um, mostrado só agora.

    Os eventos de documentos só chegam aos destinos do usuário de quem eles são (--usuario).
    """
    from flows.destinos.creating import NewDestination, create
    from flows.usuarios.finding import caller_of

    new = NewDestination(
        tipo=tipo,
        nome=nome,
        url=url,
        eventos=eventos.split(","),
        topico=topico,
        segredo=_from_stdin(segredo),
        severidade=severidade,
        rotulos=rotulo or (),
        silencio=silencio,
        filtro=_whole_stdin(filtro),
        por_minuto=por_minuto,
        ordem_estrita=ordem_estrita,
        cabecalhos=_headers(cabecalho or ()),
        assinatura=assinatura,
        opcoes=_options(opcao or ()),
    )
    created = create(new, replacing=substituir, caller=caller_of(usuario))
    say(f"Destino {created.destino.id} criado: {created.destino.nome}.")
    _show(created, as_json)


@app.command()
def alterar(
    destino: Which,
    nome: Annotated[str | None, typer.Option("--nome", help="Outro nome.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Outro endereço.")] = None,
    eventos: Annotated[str | None, typer.Option("--eventos", help="Outros eventos; '*' são todos.")] = None,
    topico: Annotated[str | None, typer.Option("--topico", help="Outro tópico (só ntfy).")] = None,
    cabecalho: Headers = None,
    opcao: Options = None,
    severidade: Annotated[str | None, typer.Option("--severidade", help="aviso ou critico; vazia tira.")] = None,
    rotulo: Annotated[list[str] | None, typer.Option("--rotulo", help="loja=loja-1; vazio tira todos.")] = None,
    silencio: Annotated[str | None, typer.Option("--silencio", help="22:00-07:00; vazio tira.")] = None,
    filtro: Filter = None,
    por_minuto: Annotated[int | None, typer.Option("--por-minuto", min=0, help="Limite; 0 tira.")] = None,
    ordem_estrita: Annotated[
        bool | None, typer.Option("--ordem-estrita/--sem-ordem", help="Uma de cada vez, em ordem, ou não.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Muda só o que for dito de um destino; um cabeçalho sem valor ("Nome:") é tirado."""
    from flows.destinos.changing import Change, change

    new = Change(
        nome=nome,
        url=url,
        eventos=None if eventos is None else eventos.split(","),
        topico=topico,
        severidade=severidade,
        rotulos=rotulo,
        silencio=silencio,
        por_minuto=por_minuto,
        ordem_estrita=ordem_estrita,
        cabecalhos=_headers(cabecalho or ()),
        opcoes=_options(opcao or ()),
        filtro=_whole_stdin(filtro),
    )
    changed = change(destino, new)
    say(f"Destino {changed.destino.id} alterado: {changed.destino.nome}.")
    _show(changed, as_json)


@app.command()
def listar(limite: Limite = SIZE, depois: Depois = None, as_json: Json = False) -> None:
    """Lista os destinos."""
    found = views.destinations(depois=depois, limite=limite)
    report(found, COLUMNS, "Nenhum destino. Crie um com `esteira destinos criar`.", as_json=as_json)


@app.command()
def mostrar(destino: Which, as_json: Json = False) -> None:
    """Mostra um destino com o seu filtro e o que é só do seu tipo; nunca um segredo."""
    shown = plain(views.mostrar(destino))
    if as_json:
        document(shown)
        return
    for found, titles in (
        (shown, SHOWN),
        (of_kind := shown["detalhes"], {name: f"Opção {name}" for name in of_kind} | OF_KIND),
    ):
        there = {name: title for name, title in titles.items() if found.get(name) not in NOTHING}
        listed(
            {name: _text(found[name]) if isinstance(found[name], str | dict) else found[name] for name in there}, there
        )


@app.command("testar-filtro")
def testar_filtro(
    destino: Which,
    evento: Annotated[str, typer.Option("--evento", help="Nome do evento.")],
    filtro: Filter = None,
    dados: Annotated[
        str | None, typer.Option("--dados", help="Dados do evento em JSON; - lê da entrada; sem eles, o mais novo.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Diz se um evento passa pelo filtro do destino, ou por outro, e o que deu cada condição; termina com 1 se não."""
    from flows.destinos.filtering import try_filter

    tried = try_filter(destino, evento, filtro=_whole_stdin(filtro), dados=_data(dados))
    if as_json:
        document(plain(tried))
    for one in tried.condicoes:
        found = ", ".join(_text(value) for value in one.encontrado) or "nada"
        verdict = "vale" if one.vale else "não vale"
        say(f"{one.caminho} {one.operador} {_text(one.esperado)}: {verdict} (há {found})")
    if not tried.assinado:
        say(f"O destino não assina {evento}: nenhum chega a ele.")
    say(f"{evento} passa." if tried.passa else f"{evento} não passa.")
    return 0 if tried.passa else NO_EXIT


@app.command()
def pausar(destino: Which) -> None:
    """Para as entregas; os eventos ficam retidos até retomar."""
    from flows.destinos.switching import pause

    say(f"Destino {pause(destino)} pausado; os eventos ficam retidos.")


@app.command()
def retomar(destino: Which) -> None:
    """Liga de novo um destino pausado ou desligado e manda o que ficou retido."""
    from flows.destinos.switching import resume

    back = plural(resume(destino), "entrega retida voltou", "entregas retidas voltaram")
    say(f"Destino ligado; {back} à fila.")
    say("O que foi abandonado antes volta com `esteira entregas recuperar`.")


@app.command()
def testar(destino: Which, as_json: Json = False) -> int:
    """Manda um evento de teste agora, uma vez, qualquer que seja a assinatura; termina com 3 se falhar."""
    from flows.destinos.trying import try_out

    tested = try_out(destino)
    if as_json:
        document(asdict(tested))
    say(f"Entregue em {tested.duracao_ms} ms." if tested.sucesso else f"Falhou: {tested.erro}.")
    if tested.aviso:
        say(f"Aviso: {tested.aviso}")
    return 0 if tested.sucesso else Transient.exit_code


@app.command("trocar-segredo")
def trocar_segredo(destino: Which, segredo: Secret = None, assinatura: Scheme = None, as_json: Json = False) -> None:
    """Troca o segredo de um webhook, por 24 horas valem os dois; ou o token de um ntfy, que precisa de --segredo."""
    from flows.destinos.changing import change_secret

    changed = change_secret(destino, _from_stdin(segredo), assinatura)
    say(f"Segredo trocado. {changed.aviso or ''}".rstrip())
    _show(changed, as_json, warn=False)


def _show(created: "Created", as_json: bool, *, warn: bool = True) -> None:
    """Answer with the destination; a secret made here is shown this once, a public key whenever it is asked for."""
    if created.aviso and warn:
        say(f"Aviso: {created.aviso}")
    if as_json:
        shown = plain(created.destino)
        document(shown | {"segredo": created.segredo} if created.segredo else shown)
    elif created.segredo:
        say("Guarde o segredo; ele não será mostrado de novo:")
        print(created.segredo)  # noqa: T201 - the answer of this command
    elif public := created.destino.detalhes.get("chave_publica"):
        say("O receptor confere as assinaturas com esta chave pública:")
        print(public)  # noqa: T201 - the answer of this command


def _headers(given: Sequence[str]) -> dict[str, str]:
    return _pairs(
        given, ":", UsageError('Um cabeçalho tem a forma "Nome: valor", cada nome uma vez.', campo="cabecalho")
    )


def _options(given: Sequence[str]) -> dict[str, str]:
    return _pairs(given, "=", UsageError("Uma opção tem a forma nome=valor, cada nome uma vez.", campo="opcao"))


def _pairs(given: Sequence[str], between: str, mistake: UsageError) -> dict[str, str]:
    """Read names and values; a value `-` comes from the input, one line each, so that no list of processes shows it."""
    found: dict[str, str] = {}
    for one in given:
        name, separator, value = one.partition(between)
        if not separator or name.strip() in found:
            raise mistake
        found[name.strip()] = _from_stdin(value.strip()) or ""
    return found


def _data(given: str | None) -> dict[str, Any] | None:
    if given is None:
        return None
    try:
        found = json.loads(_whole_stdin(given) or "")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageError("Os dados do evento são um objeto JSON.", campo="dados")
    return found


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def _whole_stdin(value: str | None) -> str | None:
    return stdin.whole() if value == stdin.FROM_STDIN else value


def _from_stdin(value: str | None) -> str | None:
    return stdin.line().strip() if value == stdin.FROM_STDIN else value
