"""Examples for the description of the API: made of a schema, each field by its name, so that a new route has one."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
KEY = "35260111222333000181550010000001231000001230"
PATH = "#/components/schemas/"
# What stands in a field of this name; of others something of their type.
NAMED: Mapping[str, Any] = {
    "ativo": True,
    "aviso": None,
    "certificado": "Matriz",
    "chave_acesso": KEY,
    "cnpj": "11222333000181",
    "codigo": "relogio",
    "conta": "padrao",
    "count": 1,
    "depois": None,
    "desligado_por": None,
    "dest_cnpj": "55666777000181",
    "dest_nome": "Mercado de Exemplo Ltda",
    "email_notificacao": "fiscal@exemplo.com.br",
    "emissor": "AC de Exemplo",
    "emit_cnpj": "11222333000181",
    "emit_nome": "Padaria de Exemplo Ltda",
    "empresa": "11222333000181",
    "endereco": "10.0.0.7:5000",
    "erro": None,
    "evento": "nfe_importada",
    "eventos": "nfe_importada",
    "eventos_list": ["nfe_importada"],
    "falha": None,
    "fluxo": "tarefas",
    "fonte": "sat",
    "headers_customizados": {"X-Loja": "***"},
    "horario_consulta": "22:30",
    "lote": "janeiro",
    "mensagem_erro": None,
    "mes": "2026-11",
    "motivo": None,
    "next": None,
    "nome": "Matriz",
    "numero_ct": "123",
    "numero_nf": "123",
    "papeis": ["DESTINATARIO"],
    "pendencia": None,
    "previous": None,
    "serie": "1",
    "severidade": "aviso",
    "situacao": "ativo",
    "status": "success",
    "status_code": 200,
    "sucesso": True,
    "tipo": "webhook",
    "tipo_documento": "NFE",
    "titular": "PADARIA DE EXEMPLO LTDA",
    "uf": "SP",
    "url": "https://erp.exemplo.com.br/webhook",
    "usuario": "ana",
    "usuario_nome": "ana",
}
# What a number of so many shows that nobody asked for more of it: the whole object, or one row of a list.
TYPED: Mapping[str, Any] = {"string": "texto", "integer": 1, "number": 1.0, "boolean": True, "null": None}
FORMATS = {"date-time": "2026-11-26T10:30:00-03:00", "date": "2026-11-26", "binary": "", "time": "22:30:00"}
KEYS = {"documentos": "DESTINATARIO", "estatisticas": "total", "estados": "enviado"}


def of(schema: Schema, known: Schema, name: str = "") -> Any:
    """Return an example of what a schema describes; `known` are the schemas that it may refer to."""
    if ref := schema.get("$ref"):
        return of(known[ref.removeprefix(PATH)], known, name)
    if said := schema.get("examples"):
        return said[0]
    if name in NAMED and _fits(NAMED[name], schema, known):
        return NAMED[name]
    if some := schema.get("anyOf"):
        return of(next((one for one in some if one.get("type") != "null"), some[0]), known, name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    return _of_type(schema, known, name)


def _of_type(schema: Schema, known: Schema, name: str) -> Any:
    kind = schema.get("type", "object")
    if kind == "array":
        return [of(schema.get("items", {}), known, name)]
    if kind == "object":
        return _object(schema, known, name)
    if kind == "string" and "pattern" in schema:
        # a decimal number as a text
        return "100.00"
    return FORMATS.get(schema.get("format", ""), TYPED[kind])


def _object(schema: Schema, known: Schema, name: str) -> dict[str, Any]:
    if "properties" in schema:
        return {field: of(one, known, field) for field, one in schema["properties"].items()}
    inner = schema.get("additionalProperties")
    if isinstance(inner, Mapping) and inner:
        return {KEYS.get(name, "exemplo"): of(inner, known)}
    return {}


def _fits(value: Any, schema: Schema, known: Schema) -> bool:
    """Tell whether a value is of a kind that a schema takes."""
    if ref := schema.get("$ref"):
        return _fits(value, known[ref.removeprefix(PATH)], known)
    if some := schema.get("anyOf"):
        return any(_fits(value, one, known) for one in some)
    kinds = {str: "string", bool: "boolean", int: "integer", list: "array", dict: "object", type(None): "null"}
    if kinds[type(value)] != schema.get("type"):
        return False
    if isinstance(value, list):
        return all(_fits(one, schema.get("items", {}), known) for one in value)
    return not isinstance(value, dict) or "properties" not in schema
