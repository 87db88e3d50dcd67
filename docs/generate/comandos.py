"""Every command of `esteira` with its options, from what the commands say of themselves."""

from collections.abc import Callable, Iterator
from typing import Any

from docs.generate.blocks import replaced, table

# Told once on the page: every command has them, or most.
EVERYWHERE = {"--help", "--json"}


def reference(text: str) -> str:
    """Return the page with a section for each noun, and in it a table of its commands."""
    from cli import nouns

    sections = [f"## {name}\n\n{about}\n\n{_commands(name)}" for name, about in nouns.abouts().items()]
    return replaced(text, "comandos", "\n" + "\n".join(sections))


def _commands(noun: str) -> str:
    import typer

    from cli import main

    root: Any = typer.main.get_command(main.app)
    found = root.get_command(None, noun)
    rows = [list(_row(f"{noun} {verb}".strip(), one)) for verb, one in getattr(found, "commands", {"": found}).items()]
    return table(["comando", "o que faz", "opções"], rows)


def _row(name: str, command: Any) -> Iterator[str]:
    arguments = [_argument(one) for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and one.opts[0] not in EVERYWHERE]
    yield f"`{' '.join(['esteira', name, *arguments])}`"
    yield " ".join((command.help or "").split())
    yield "<br>".join(_option(one) for one in options)


def _argument(one: Any) -> str:
    name = one.name.upper().replace("_", "-") + ("…" if one.nargs == -1 else "")
    return name if one.required else f"[{name}]"


def _option(one: Any) -> str:
    said = "|".join([*one.opts[:1], *one.secondary_opts[:1]])
    needed = " (obrigatória)" if one.required else ""
    return f"`{said}`{needed}: {' '.join((one.help or '').split())}"


FILES: dict[str, Callable[[str], str]] = {"docs/reference/comandos.md": reference}
