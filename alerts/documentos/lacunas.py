"""Numbers are missing among the documents that a company issued: not imported, or never homologated as unused."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from core.fiscal import formatar_documento
from core.settings.alerts import AlertSettings
from core.text import human_duration, plural
from storage.models.documentos import Numeracao
from storage.models.empresas import Empresa
from storage.models.usuarios import Usuario

CODIGO = "lacunas"
NAMES = {"55": "NF-e", "57": "CT-e", "59": "CF-e", "65": "NFC-e", "67": "CT-e OS"}
# So many series are named; the report has them all.
NAMED = 3


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement for each company whose numbers were looked at."""
    columns = (Numeracao.modelo, Numeracao.serie, Numeracao.faltam, Numeracao.sem_resposta, Numeracao.desde)
    query = select(Empresa.id, Empresa.cnpj, Usuario.username, *columns)
    query = query.join(Empresa, Empresa.id == Numeracao.empresa_id).join(
        Usuario, Usuario.id == Empresa.usuario_id, isouter=True
    )
    companies: defaultdict[tuple[int, str, str | None], list[Any]] = defaultdict(list)
    for row in moment.db.execute(query.order_by(Empresa.id, Numeracao.modelo, Numeracao.serie)):
        companies[row[0], row[1], row[2]].append(row)
    for (_, cnpj, user), rows in companies.items():
        yield _judged(moment, cnpj, user, rows)


def _judged(moment: Moment, cnpj: str, user: str | None, rows: Sequence[Any]) -> Judgement:
    limit = timedelta(days=AlertSettings.current().gap_days)
    late = [row for row in rows if row.desde is not None and moment.now - row.desde >= limit]
    oldest = min((row.desde for row in late), default=moment.now)
    missing, waiting = sum(row.faltam for row in late), sum(row.sem_resposta for row in late)
    shown = formatar_documento(cnpj)
    return Judgement(
        objeto=f"{user}/{cnpj}" if user else cnpj,
        codigo=CODIGO,
        severidade=WARNING,
        ativo=bool(late),
        mensagem=f"{plural(missing, 'número falta', 'números faltam')} nos documentos que a empresa {shown} emitiu "
        f"({_series(late)}), há {human_duration((moment.now - oldest).total_seconds())}. "
        + (f"De {waiting} o pedido de inutilização está sem resposta. " if waiting else "")
        + "Importe o que falta ou inutilize os números; `esteira documentos lacunas` mostra quais são.",
        valores={"faltam": missing, "sem_resposta": waiting, "series": len(late)},
        resolvido=f"Não faltam mais números há tanto tempo nos documentos que a empresa {shown} emitiu.",
        rotulos={"empresa": cnpj} | ({"usuario": user} if user else {}),
    )


def _series(rows: Sequence[Any]) -> str:
    named = [f"{NAMES.get(row.modelo, row.modelo)} série {row.serie}" for row in rows[:NAMED]]
    more = [f"mais {plural(len(rows) - NAMED, 'série', 'séries')}"] if len(rows) > NAMED else []
    return ", ".join(named + more)
