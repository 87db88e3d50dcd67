"""Notes by the million for the bench of the API: made up by PostgreSQL itself, without their XML.

Half of them a company issued, half it received; evenly over two years, two items each, one in ten cancelled.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, insert, text

WHO, COMPANIES, OTHERS, YEARS = "bench", 50, 2000, 2
TABLES = ("documento", "nfe", "documento_item")
# A name that few notes have, and one that many have.
RARE, COMMON = "Padaria São João", "Comercial"
PARTIES = """
CREATE TEMPORARY TABLE parte (numero int PRIMARY KEY, cnpj text, nome text, dobrado text) ON COMMIT DROP
"""
DOCUMENTS = f"""
INSERT INTO documento (
    usuario_id, empresa_id, dono, especie, chave, modelo, serie, numero, data_emissao, offset_minutos, mes, ambiente,
    emit_cnpj, emit_nome, emit_uf, dest_cnpj_cpf, dest_nome, valor_total, papel, papeis, situacao, status, completo,
    comprovado, busca, data_importacao, atualizado_em
)
SELECT e.usuario_id, e.id, e.usuario_id || ':' || e.id, 'nfe', chave, '55', 1, n, emissao, -180,
    to_char(emissao AT TIME ZONE 'America/Sao_Paulo', 'YYYY-MM'), 1, de.cnpj, de.nome, 'SP', para.cnpj, para.nome,
    (n % 100000) / 100.0 + 1, papel, papel, CASE WHEN n % 10 = 3 THEN 'cancelada' ELSE 'autorizada' END,
    CASE WHEN n % 10 = 3 THEN '101' ELSE '100' END, true, true,
    concat_ws(E'\\n', n, lower(chave), de.dobrado, lower(de.cnpj), para.dobrado, lower(para.cnpj)), emissao, emissao
FROM generate_series(CAST(:primeiro AS int), CAST(:ultimo AS int)) n
CROSS JOIN LATERAL (
    SELECT n % {COMPANIES} + 1 AS nossa, {COMPANIES} + 1 + CAST(n AS bigint) * 7919 % {OTHERS} AS outra
) a
JOIN parte nossa ON nossa.numero = a.nossa
JOIN parte outra ON outra.numero = a.outra
JOIN empresa e ON e.cnpj = nossa.cnpj
CROSS JOIN LATERAL (
    SELECT CASE WHEN n % 2 = 0 THEN 'EMITENTE' ELSE 'DESTINATARIO' END AS papel,
        now() - (CAST(:ultima AS int) - n) * (interval '{YEARS} years' / CAST(:ultima AS int)) AS emissao
) b
JOIN parte de ON de.numero = CASE WHEN n % 2 = 0 THEN a.nossa ELSE a.outra END
JOIN parte para ON para.numero = CASE WHEN n % 2 = 0 THEN a.outra ELSE a.nossa END
CROSS JOIN LATERAL (
    SELECT '35' || to_char(emissao, 'YYMM') || de.cnpj || '55001' || to_char(n, 'FM000000000') || '1'
        || to_char(n, 'FM00000000') || n % 10 AS chave
) c
"""
NOTES = """
INSERT INTO nfe (id, natureza, tipo, finalidade, autorizados, valor_produtos, valor_icms, valor_ipi)
SELECT id, 'Venda', CASE WHEN papel = 'EMITENTE' THEN 1 ELSE 0 END, 1, '', valor_total, valor_total * 0.18, 0
FROM documento WHERE numero BETWEEN :primeiro AND :ultimo
"""
ITEMS = """
INSERT INTO documento_item (
    documento_id, numero_item, codigo_produto, descricao, ncm, cfop, unidade, quantidade, valor_unitario, valor_total
)
SELECT id, item, 'P' || (numero * 31 + item) % 5000, 'Produto ' || (numero * 31 + item) % 5000, '22030000', '5102',
    'UN', numero % 7 + 1, 1, valor_total / 2
FROM documento CROSS JOIN generate_series(1, 2) item WHERE numero BETWEEN :primeiro AND :ultimo
"""
BLOCK = 250_000


def filled() -> bool:
    """Tell whether there are notes."""
    from storage.session import engine

    with engine().connect() as db:
        return db.execute(text("SELECT 1 FROM documento LIMIT 1")).first() is not None


def load(amount: int) -> float:
    """Give a user so many notes, unless there are some; return the seconds that took."""
    from storage.session import engine

    owner, began = _owner(), time.perf_counter()
    if filled():
        return 0.0
    with engine().begin() as db, _without_indexes(db):
        _companies(db, owner)
        db.execute(text(PARTIES))
        db.execute(text("INSERT INTO parte VALUES (:numero, :cnpj, :nome, :dobrado)"), _parties())
        for first in range(1, amount + 1, BLOCK):
            span = {"primeiro": first, "ultimo": min(first + BLOCK - 1, amount)}
            db.execute(text(DOCUMENTS), span | {"ultima": amount})
            for statement in (NOTES, ITEMS):
                db.execute(text(statement), span)
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        for table in TABLES:
            db.execute(text(f"VACUUM ANALYZE {table}"))
    return time.perf_counter() - began


def _owner() -> int:
    """Return the user, made unless it is there."""
    from core.errors import PlatformError
    from flows.usuarios import managing
    from flows.usuarios.finding import caller_of

    with suppress(PlatformError):
        managing.criar(WHO)
    number = caller_of(WHO).usuario_id
    if number is None:
        raise RuntimeError("an operator")
    return number


def _companies(db: Connection, owner: int) -> None:
    from core.clock import SYSTEM
    from storage.models.empresas import Empresa, dono
    from storage.rows import table_of

    mine = {"usuario_id": owner, "dono": dono(owner), "nome": "", "ativa": True, "criada_em": SYSTEM.now()}
    db.execute(insert(table_of(Empresa)), [{"cnpj": one["cnpj"], **mine} for one in _parties()[:COMPANIES]])


def _parties() -> list[dict[str, object]]:
    from core.documentos.busca import folded
    from core.fiscal import digitos_cnpj

    bases = [f"{10_000_000 + number * 31:08d}0001" for number in range(1, COMPANIES + OTHERS + 1)]
    names = [f"{COMMON if n % 2 else 'Indústria'} {n:04d} Ltda" for n in range(1, len(bases) + 1)]
    names[COMPANIES] = RARE
    return [
        {"numero": n, "cnpj": base + digitos_cnpj(base), "nome": name, "dobrado": folded(name)}
        for n, (base, name) in enumerate(zip(bases, names, strict=True), start=1)
    ]


@contextmanager
def _without_indexes(db: Connection) -> Iterator[None]:
    """Drop what is no constraint, and make it again behind the rows: that is quicker than row by row."""
    asked = text(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(:tables) AND indexname NOT IN "
        "(SELECT conname FROM pg_constraint)"
    )
    indexes = db.execute(asked, {"tables": list(TABLES)}).all()
    for name, _ in indexes:
        db.execute(text(f"DROP INDEX {name}"))
    yield
    for _, definition in indexes:
        db.execute(text(definition))
