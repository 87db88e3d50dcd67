"""A notice as its reader will see it, made of the data of its example."""

from pathlib import Path

from core.errors import UsageError
from core.text import os_fault
from events.email.aviso import Aviso
from events.email.rendering import Escrito, Leitor, render

READER = Leitor("Ana", "https://esteira.exemplo.com.br/email/cancelar/exemplo")


def preview(aviso: Aviso) -> Escrito:
    """Return a notice with the data of its example."""
    return render(aviso, aviso.exemplo, READER)


def write(shown: Escrito, folder: Path, name: str) -> list[Path]:
    """Write a notice to a folder, its pictures beside it, so that a browser shows it; return the files."""
    html, contents = shown.html, dict[str, bytes]()
    for image in shown.imagens:
        contents[f"{name}-{image.nome}.png"] = image.png
        html = html.replace(f"cid:{image.nome}", f"{name}-{image.nome}.png")
    contents |= {f"{name}.html": html.encode(), f"{name}.txt": shown.texto.encode()}
    contents |= {one.nome: one.conteudo for one in shown.anexos}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            (folder / file).write_bytes(content)
    except OSError as error:
        raise UsageError(f"Não consegui gravar em {folder}: {os_fault(error)}.", campo="pasta") from None
    return [folder / file for file in contents]
