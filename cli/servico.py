"""`esteira servico`: Esteira as a service of the system."""

import importlib
import sys
from typing import Annotated, Any

import typer

from cli.options import Json
from cli.output import answer, document, say
from cli.portuguese import Noun

app = Noun("A Esteira como serviço do sistema: systemd no Linux, serviço do Windows lá.")
NOT_ACTIVE = 1
Nome = Annotated[str, typer.Option("--nome", help="Distingue serviços da mesma máquina; um por pasta.")]
DoUsuario = Annotated[bool, typer.Option("--do-usuario", help="Na conta de quem roda, sem root (systemctl --user).")]


def _system() -> Any:
    """Return what speaks with this system: both modules have the same functions."""
    return importlib.import_module(f"workers.service.{'windows' if sys.platform == 'win32' else 'systemd'}")


@app.command()
def instalar(
    nome: Nome = "esteira",
    do_usuario: DoUsuario = False,
    conta: Annotated[str | None, typer.Option("--conta", help="Conta que o roda; sem isto, a dona da pasta.")] = None,
    mostrar: Annotated[bool, typer.Option("--mostrar", help="Só escreve a unidade do systemd na saída.")] = False,
) -> None:
    """Instala o serviço desta pasta, que passa a subir com a máquina; repetir atualiza o que mudou."""
    from core.settings.load import get_settings
    from workers.service import plan, systemd

    planned = plan.planned(nome, get_settings())
    if mostrar:
        answer(systemd.text_of(planned, of_user=do_usuario, account=conta).rstrip("\n"))
        return
    system = _system()
    changed = system.install(planned, of_user=do_usuario, account=conta)
    where = system.unit_named(nome, of_user=do_usuario)
    say(f"Serviço {where.name} {'instalado' if changed else 'já instalado'} ({where.path}); sobe com a máquina.")
    say("Inicie com `esteira servico iniciar`. Configurações: esteira.toml e .env (0600) desta pasta.")
    if do_usuario:
        say("Para que suba sem ninguém entrar, rode uma vez: loginctl enable-linger")


@app.command()
def iniciar(nome: Nome = "esteira", do_usuario: DoUsuario = False) -> None:
    """Inicia o serviço."""
    system = _system()
    system.start(system.unit_named(nome, of_user=do_usuario))
    say("Iniciado. Veja `esteira servico estado`.")


@app.command()
def parar(nome: Nome = "esteira", do_usuario: DoUsuario = False) -> None:
    """Para o serviço, em ordem: o que está em andamento termina."""
    system = _system()
    system.stop(system.unit_named(nome, of_user=do_usuario))
    say("Parado.")


@app.command()
def estado(nome: Nome = "esteira", do_usuario: DoUsuario = False, as_json: Json = False) -> int:
    """Mostra o que o sistema diz do serviço; termina com 1 quando ele não está de pé."""
    system = _system()
    where = system.unit_named(nome, of_user=do_usuario)
    said = system.state(where)
    if as_json:
        document(dict(said))
    else:
        answer("\n".join(f"{name}: {value}" for name, value in said.items()))
        answer(system.status(where).rstrip())
    return 0 if said.get("ActiveState") == "active" else NOT_ACTIVE


@app.command()
def remover(nome: Nome = "esteira", do_usuario: DoUsuario = False) -> None:
    """Para o serviço e o tira do sistema; banco, chaves e configurações ficam."""
    system = _system()
    gone = system.remove(system.unit_named(nome, of_user=do_usuario))
    say("Removido. Banco, chaves e configurações ficaram." if gone else "Não está instalado.")
