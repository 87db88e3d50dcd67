"""Oracle's SQL in SQLite's words: clocks, intervals, row limits, ROWNUM."""

import re

from sandbox.oracle.text import closing, map_code

COUNT = r"(:p\d+|\d+)"
WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), instead)
    for pattern, instead in (
        (r"\bSYS_EXTRACT_UTC\s*\(\s*SYSTIMESTAMP\s*\)", "ora_utc()"),
        (r"\bSYSTIMESTAMP\b", "ora_systs()"),
        (r"\bCURRENT_TIMESTAMP\b|\bLOCALTIMESTAMP\b", "ora_sests()"),
        (r"\bSYSDATE\b", "ora_sysdate()"),
        (r"\bCURRENT_DATE\b", "ora_sesdate()"),
        (r"\bINTERVAL\s*$", "ora_interval "),
        (rf"\bOFFSET\s+{COUNT}\s+ROWS?\s+FETCH\s+(?:FIRST|NEXT)\s+{COUNT}\s+ROWS?\s+ONLY", r" LIMIT \2 OFFSET \1"),
        (rf"\bFETCH\s+(?:FIRST|NEXT)\s+{COUNT}\s+ROWS?\s+ONLY", r" LIMIT \1"),
        (r"\bMINUS\b", "EXCEPT"),
        (r"\bCAST\s*\(([^()]*)\s+AS\s+TIMESTAMP\s*(?:\(\d\))?\s*\)", r"ora_wall(\1)"),
        (r"\bNUMTODSINTERVAL\s*\(", "ora_dsint("),
        (r"\bNVL\s*\(", "ifnull("),
        (r"\bGREATEST\s*\(", "max("),
        (r"\bLEAST\s*\(", "min("),
        (r"\bSYS_CONTEXT\b", "ora_ctx"),
        (rf"\bROWNUM\s*(<=|<)\s*{COUNT}", r"ora_rownum\1\2"),
    )
)
CLOCK = r"ora_(?:systs|sysdate|sests|sesdate|utc)\(\)"
_INTERVAL = re.compile(r"ora_interval\s+'([\d.]+)'\s+(SECOND|MINUTE|HOUR|DAY)(\(\d\))?", re.IGNORECASE)
_MOVED = re.compile(rf"({CLOCK}|\b[\w.]+)\s*([+-])\s*(ora_dsint\((?:[^()])*\))")
_MOVED_BY_DAYS = re.compile(rf"({CLOCK})\s*([+-])\s*((?::p\d+|\d[\d.]*)(?:\s*/\s*\d+)*)")
_ROWNUM = re.compile(rf"\bora_rownum(<=|<){COUNT}")
_CHANGED = re.compile(r"\s*(?:UPDATE|DELETE\s+FROM|DELETE)\s+(\S+)", re.IGNORECASE)


def translate(sql: str, *, changes: bool) -> str:
    """Return what SQLite runs in place of a statement; `changes` says that it is an UPDATE or a DELETE."""
    said = map_code(sql, _words)
    said = _INTERVAL.sub(r"ora_dsint(\1,'\2')", said)
    said = _MOVED.sub(r"ora_dtadd(\1,\3,'\2')", said)
    said = _MOVED_BY_DAYS.sub(r"ora_dtadd(\1,86400.0*\3,'\2')", said)
    return _limited(said, changes=changes)


def _words(code: str) -> str:
    for pattern, instead in WORDS:
        code = pattern.sub(instead, code)
    return code


def _limited(sql: str, *, changes: bool) -> str:
    """Replace ROWNUM by a limit; it counts rows before those that others hold are skipped."""
    found = _ROWNUM.search(sql)
    if found is None:
        return sql
    limit = found[2] if found[1] == "<=" else f"({found[2]}-1)"
    end = closing(sql, found.end())
    inner, rest = f"{sql[: found.start()]}1=1{sql[found.end() : end]}", sql[end:]
    return _limited_change(inner, limit) if changes and not rest else f"{inner} LIMIT {limit}{rest}"


def _limited_change(sql: str, limit: str) -> str:
    body, returning, names = sql.partition("RETURNING")
    changed, where = _CHANGED.match(body), re.search(r"\bWHERE\b", body, re.IGNORECASE)
    if changed is None or where is None:
        return sql
    chosen = f"SELECT rowid FROM {changed[1]} {body[where.start() :]} LIMIT {limit}"
    return f"{body[: where.start()]} WHERE ({body[where.end() :]}) AND rowid IN ({chosen}) {returning}{names}"
