"""Walk what was asked for: a row for each file, added a thousand at a time; a walk that broke off begins again."""

import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from core.clock import Clock
from core.documentos.folder import Found, named, walk
from core.documentos.leitor import LIMITE
from core.documentos.motivos import frase
from core.documentos.paths import shown
from core.stopping import stopping
from flows.documentos.entries import Guardado, Resultado
from flows.documentos.logs import Linha, Nota, Show, note, owe
from flows.documentos.rows import REQUESTS, Pedido
from storage.session import transaction

BATCH = 1000
LEASE_SECONDS = 180.0
GONE = "sumiu", "o arquivo não existe mais"


def walk_through(pedido: Pedido, token: str, clock: Clock, show: Show) -> bool:
    """Add the rows of a held request's files, and show what cannot be read; tell whether all are there.

    It ends early when the process is to stop, or somebody else holds the request.
    """
    files = found(pedido.caminho)
    while batch := list(islice(files, BATCH)):
        now = clock.now()
        with transaction() as db:
            if not REQUESTS.on(db).hold(token, [pedido.id], now + timedelta(seconds=LEASE_SECONDS)):
                return False
            owe(db, [_nota(pedido, one) for one in batch if one.motivo is None], now)
            bad = [(_nota(pedido, one), _unread(one)) for one in batch if one.motivo is not None and not one.ignorar]
            fresh = note(db, bad, now)
        for nota, done in fresh:
            show(Linha.of(nota.arquivo_nome, 0, done))
        if stopping():
            return False
    return True


def found(caminho: str) -> Iterator[Found]:
    """Yield the files of a folder, or a file that was named, which may be gone."""
    path = os.fsencode(caminho)
    if os.path.isdir(path):
        yield from walk(path, LIMITE)
        return
    nothing = True
    for one in named(path, LIMITE):
        nothing = False
        yield one
    if nothing:
        yield Found(*shown(os.path.basename(path)), 0, 0, *GONE)


def folder_of(caminho: str) -> str:
    """Return the folder below which the names of a request's files stand."""
    return caminho if os.path.isdir(caminho) else os.path.dirname(caminho)


def _nota(pedido: Pedido, one: Found) -> Nota:
    return Nota(pedido.id, one.caminho, one.codificado, 0, pedido.dono, pedido.usuario_id, pedido.empresa_id)


def _unread(one: Found) -> Guardado:
    return Guardado("", None, Resultado.ERRO, [frase(one.motivo or "ilegivel", one.mensagem)], one.motivo)
