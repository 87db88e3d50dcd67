"""`esteira importar --vigiar`: stay, and take what arrives in a folder."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from cli.output import say
from core import stop_signals
from core.errors import Conflict, Transient
from core.text import plural

if TYPE_CHECKING:
    from cli.importar import Lines

LOOK_SECONDS, AFTER_FAULT_SECONDS = 1.0, 10.0


def vigiar(
    pasta: str,
    usuario: str | None,
    empresa: str | None,
    importados: str | None,
    recusados: str | None,
    repouso: float,
    lines: "Lines",
) -> int:
    """Look at the folder until a signal; what is under way then is ended."""
    from flows.documentos.arriving import importer
    from flows.documentos.owners import recipient
    from flows.documentos.watching import Folders, Watch

    folders = Folders.of(pasta, importados, recusados)
    watch = Watch(folders, importer(folders, recipient(usuario, empresa), lines.show), rest=timedelta(seconds=repouso))
    over = _until_a_signal()
    say(f"Vigiando {pasta}; Ctrl-C termina.")
    stuck: Sequence[str] = ()
    told = ""
    while not over.is_set():
        pause = LOOK_SECONDS
        try:
            done = watch.look(over.is_set)
        except (Transient, Conflict) as fault:
            if str(fault) != told:
                say(f"{fault} Os arquivos ficam onde estão; nova tentativa a cada {AFTER_FAULT_SECONDS:.0f} segundos.")
            told, pause = str(fault), AFTER_FAULT_SECONDS
        else:
            told = ""
            if done.importados or done.recusados:
                say(
                    f"{plural(done.importados, 'arquivo importado', 'arquivos importados')}, "
                    f"{plural(done.recusados, 'recusado', 'recusados')}."
                )
            for one in done.presos:
                if one not in stuck:
                    say(f"Importado, mas não consegui mover: {one}.")
            stuck = done.presos
        over.wait(pause)
    lines.sum_up()
    return 0


def _until_a_signal() -> threading.Event:
    over = threading.Event()
    stop_signals.at_once(over.set)
    return over
