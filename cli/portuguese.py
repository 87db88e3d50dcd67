"""The command line in Portuguese: help headings and usage mistakes, in place of the library's English."""

import re
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

_HELP = {
    "Usage:": "Uso:",
    "Options:": "Opções:",
    "Arguments:": "Argumentos:",
    "Show this message and exit.": "Mostra esta ajuda e termina.",
    "[OPTIONS]": "[OPÇÕES]",
    "COMMAND [ARGS]...": "COMANDO [ARGUMENTOS]...",
    "[required]": "[obrigatório]",
    "[default: ": "[padrão: ",
}
_TYPES = {
    "<str>": "<texto>",
    "<list[str]>": "<texto>",
    "<int>": "<número>",
    "<int range>": "<número>",
    "<path>": "<arquivo>",
}
F = TypeVar("F", bound=Callable[..., Any])


def _translated(text: str) -> str:
    for english, portuguese in _HELP.items():
        text = text.replace(english, portuguese)
    return text


def _type_told(english: Callable[[Any], str], ctx: Any) -> str:
    told = english(ctx)
    return _TYPES.get(told, told)


class Command(TyperCommand):
    """A command whose help is in Portuguese."""

    def get_help(self, ctx: Any) -> str:
        for one in self.params:
            one.display_type = partial(_type_told, one.display_type)  # type: ignore[attr-defined]
        return _translated(super().get_help(ctx))


class Group(TyperGroup):
    """A group whose help is in Portuguese."""

    def get_help(self, ctx: Any) -> str:
        return _translated(super().get_help(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the names and what they are about."""
        with formatter.section("Comandos"):
            formatter.write_dl(self.told(ctx))

    def told(self, ctx: Any) -> list[tuple[str, str]]:
        """Return each command with its whole sentence, which the library would cut at the end of a line."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [(name, one.get_short_help_str(sys.maxsize)) for name, one in found if one and not one.hidden]


class Noun(typer.Typer):
    """The commands of one noun."""

    def __init__(self, about: str, **options: Any) -> None:
        plain = {"add_completion": False, "rich_markup_mode": None, "pretty_exceptions_enable": False}
        super().__init__(**{"help": about, "cls": Group, "no_args_is_help": True, **plain, **options})
        # A noun stays a noun, also with one command.
        self.callback()(lambda: None)

    def command(self, *args: Any, **options: Any) -> Callable[[F], F]:
        """Declare a command."""
        return super().command(*args, **{"cls": Command, **options})


class Verb(typer.Typer):
    """A command that stands alone, without a noun."""

    def __init__(self, about: str) -> None:
        super().__init__(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        self.about = about

    def command(self, *args: Any, **options: Any) -> Callable[[F], F]:
        """Declare the command."""
        return super().command(*args, **{"cls": Command, "help": self.about, **options})


def sentence(error: typer.TyperException) -> str:
    """Say what is wrong with the command typed."""
    kind, said = type(error).__name__, str(error)
    parameter = getattr(error, "param", None)
    name = _name(parameter) if parameter is not None else ""
    if kind == "MissingParameter":
        return f"Falta {name}. Veja --help."
    if kind == "NoSuchOption":
        return f"Opção desconhecida: {getattr(error, 'option_name', '')}. Veja --help."
    if kind == "BadParameter":
        return f"Valor inválido para {name}: {_reason(said)}."
    if found := re.match(r"No such command '?([^']*)'?", said):
        group = getattr(getattr(error, "ctx", None), "command_path", "esteira")
        return f"Comando desconhecido: {found[1].rstrip('.')}. Veja {group} --help."
    if "unexpected extra argument" in said:
        return "Há argumentos a mais. Veja --help."
    if "requires an argument" in said:
        return f"A opção {getattr(error, 'option_name', '')} precisa de um valor."
    return "Comando inválido. Veja --help."


def _name(parameter: Any) -> str:
    options = [option for option in parameter.opts if option.startswith("-")]
    return f"a opção {max(options, key=len)}" if options else f"o argumento {parameter.name.upper()}"


def _reason(said: str) -> str:
    if "integer" in said:
        return "deve ser um número inteiro"
    if found := re.search(r"(less|greater) than or equal to (\S+)", said):
        return f"deve ser no {'máximo' if found[1] == 'less' else 'mínimo'} {found[2].rstrip('.')}"
    if "is not one of" in said:
        return "use um destes: " + said.partition("is not one of")[2].strip(" .")
    return "não entendi"
