"""`esteira chaves`: the keys of the secrets in the database."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Json
from cli.output import answer, document, say, table
from cli.portuguese import Noun
from core.errors import Conflict, NotFound, UsageError
from core.text import plural

if TYPE_CHECKING:
    from storage.rotating import Held

app = Noun("As chaves que cifram os segredos do banco.")
SET = "As chaves estão em core.keys: mude-as lá, em todas as máquinas."
Nome = Annotated[str, typer.Argument(help="A chave, pelo nome que `esteira chaves listar` mostra.")]


@app.command()
def listar(as_json: Json = False) -> None:
    """Mostra as chaves pelo nome, e quantos segredos cada uma abre; nenhuma chave aparece."""
    from storage import crypto, rotating

    keys, held = crypto.ring().keys, rotating.held()
    rows = [
        {"chave": name, "ordem": place, "segredos": held.by_key[name], "cifra": place == 1}
        for place, name in enumerate(map(crypto.name_of, keys), 1)
    ]
    if as_json:
        document(rows)
    else:
        table(rows, {"chave": "Chave", "ordem": "Ordem", "segredos": "Segredos que abre", "cifra": "Cifra"}, "Nenhuma.")
    _tell_unreadable(held)


@app.command()
def criar() -> None:
    """Cria uma chave e a põe na frente das outras; daí em diante é ela que cifra."""
    from storage import crypto, rotating
    from storage.session import engine

    key = crypto.new_key()
    if crypto.are_set():
        # with many machines it comes behind the others first, and marks are made with the last until they are kept
        rotating.keep_marks()
        answer(key)
        say("Ponha esta chave na frente em core.keys, reinicie tudo e rode `esteira chaves rotacionar`.")
        return
    engine()
    crypto.change_key_file(lambda present: [key, *present])
    say(f"Chave {crypto.name_of(key)} criada em {crypto.key_path().absolute()}: guarde uma cópia do arquivo.")
    say("Agora rode `esteira chaves rotacionar`.")


@app.command()
def rotacionar() -> int:
    """Cifra tudo de novo com a primeira chave, também enquanto tudo roda; pode ser interrompido e repetido."""
    from storage import crypto, rotating

    keys = crypto.ring().keys
    done = rotating.rotate()
    say(f"{plural(done.changed, 'segredo cifrado', 'segredos cifrados')} de novo; {done.held.by_key.total()} ao todo.")
    for name in map(crypto.name_of, keys[1:]):
        if needed := done.held.by_key[name]:
            what = plural(needed, "segredo", "segredos")
            say(f"A chave {name} ainda é necessária para {what}: reinicie o que roda com antigas e repita.")
        else:
            say(f"A chave {name} pode sair{_how(name)}. Um backup feito antes ainda precisa dela.")
    _tell_unreadable(done.held)
    return UNREADABLE if done.held.unreadable else 0


@app.command()
def remover(chave: Nome) -> None:
    """Tira do arquivo de chaves uma chave de que nada mais precisa."""
    from storage import crypto, rotating

    if crypto.are_set():
        raise UsageError(SET)
    keys = crypto.ring().keys
    names = [crypto.name_of(key) for key in keys]
    if chave not in names:
        raise NotFound(f"Não há chave {chave!r}. Veja `esteira chaves listar`.")
    if len(keys) == 1:
        raise Conflict("É a única chave.")
    if names[0] == chave:
        raise Conflict(f"É a chave {chave} que cifra: rode `esteira chaves criar` e `esteira chaves rotacionar` antes.")
    if needed := rotating.needing(chave):
        raise Conflict(f"A chave {chave} ainda é necessária: {needed}. Rode `esteira chaves rotacionar` antes.")
    crypto.change_key_file(lambda present: [key for key in present if crypto.name_of(key) != chave])
    say(f"Chave {chave} removida. Um backup feito antes da rotação ainda precisa dela.")


UNREADABLE = 5


def _how(name: str) -> str:
    from storage import crypto

    return " de core.keys, em todas as máquinas" if crypto.are_set() else f" (`esteira chaves remover {name}`)"


def _tell_unreadable(held: "Held") -> None:
    for place, amount in sorted(held.unreadable.items()):
        say(f"Atenção: nenhuma chave abre {plural(amount, 'segredo', 'segredos')} de {place}.")
