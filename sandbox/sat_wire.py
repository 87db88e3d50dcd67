"""Lines a SAT box answers, field by field in the order of the ER SAT (chapter 6.1)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.clock import SYSTEM
from core.fiscal import montar_chave_cfe

Valor = str | int | date | datetime | None
Answer = str | None | Callable[[int], str | None]
"""The `retorno` of a call: a ready text (any text, also a wrong one), null, or a function of the session number."""

ZONA = "America/Sao_Paulo"
CNPJ = "11222333000181"
NSERIE = "900001234"
VAZIA = "0" * 44
ULTIMO_NCF = 999_999

CAMPOS_PADRAO = ("numeroSessao", "EEEEE", "mensagem", "cod", "mensagemSEFAZ")
CAMPOS_STATUS = (
    *CAMPOS_PADRAO,
    *("NSERIE", "TIPO_LAN", "LAN_IP", "LAN_MAC", "LAN_MASK", "LAN_GW", "LAN_DNS_1", "LAN_DNS_2", "STATUS_LAN"),
    *("NIVEL_BATERIA", "MT_TOTAL", "MT_USADA", "DH_ATUAL", "VER_SB", "VER_LAYOUT"),
    *("ULTIMO_CF_E_SAT", "LISTA_INICIAL", "LISTA_FINAL", "DH_CFE", "DH_ULTIMA"),
    *("CERT_EMISSAO", "CERT_VENCIMENTO", "ESTADO_OPERACAO"),
)


def status_line(sessao: int = 123456, *, agora: datetime | None = None, zona: str = ZONA, **campos: Valor) -> str:
    """Return a successful ConsultarStatusOperacional line of a healthy box, with some fields replaced.

    Args:
        sessao: session number to echo.
        agora: the instant, aware; the box shows it as the wall clock of `zona`. Default: now.
        campos: ER field names; dates are written `yyyymmdd`, date-times `yyyymmddHHMMSS`, None leaves a field empty.
    """
    hora = (agora or SYSTEM.now()).astimezone(ZoneInfo(zona)).replace(tzinfo=None)
    return _line(CAMPOS_STATUS, _standard(sessao, "10000", "Resposta com Sucesso") | _healthy(hora) | campos)


def refusal_line(codigo: str, mensagem: str = "Erro", sessao: int = 123456, **campos: Valor) -> str:
    """Return a five-field line: a refusal of any function, or the success of ConsultarSAT (08000)."""
    return _line(CAMPOS_PADRAO, _standard(sessao, codigo, mensagem) | campos)


def chave(ncf: int, aamm: str = "2511", uf: str = "35", cnpj: str = CNPJ, nserie: str = NSERIE) -> str:
    """Return a valid key of this sandbox's taxpayer and box; the counter goes from 999999 back to 1."""
    ncf = (ncf - 1) % ULTIMO_NCF + 1
    return montar_chave_cfe(cnpj=cnpj, nserie=nserie, ncf=ncf, aamm=aamm, uf=uf, aleatorio=f"{ncf * 7 % 1_000_000:06d}")


def pending(quantos: int, ultimo: int = 500, **partes: str) -> dict[str, Valor]:
    """Return the three key fields of a box that holds its last `quantos` coupons, oldest first, the ER's order."""
    inicial, final = (chave(ultimo - quantos + 1, **partes), chave(ultimo, **partes)) if quantos else (VAZIA, VAZIA)
    return {"ULTIMO_CF_E_SAT": chave(ultimo, **partes), "LISTA_INICIAL": inicial, "LISTA_FINAL": final}


def _healthy(hora: datetime) -> dict[str, Valor]:
    rede: dict[str, Valor] = {
        "NSERIE": NSERIE,
        "TIPO_LAN": "IPFIX",
        "LAN_IP": "192.168.000.100",
        "LAN_MAC": "02:00:00:00:12:34",
        "LAN_MASK": "255.255.255.000",
        "LAN_GW": "192.168.000.001",
        "LAN_DNS_1": "192.168.000.001",
        "LAN_DNS_2": "000.000.000.000",
        "STATUS_LAN": "CONECTADO",
    }
    return rede | pending(0) | _own_state(hora)


def _own_state(hora: datetime) -> dict[str, Valor]:
    return {
        "NIVEL_BATERIA": "ALTO",
        "MT_TOTAL": "8 GB",
        "MT_USADA": "2 GB",
        "DH_ATUAL": hora,
        "VER_SB": "02.03.00",
        "VER_LAYOUT": "0.08",
        "DH_CFE": hora - timedelta(minutes=30),
        "DH_ULTIMA": hora - timedelta(minutes=5),
        "CERT_EMISSAO": hora.date() - timedelta(days=400),
        "CERT_VENCIMENTO": hora.date() + timedelta(days=1425),
        "ESTADO_OPERACAO": 0,
    }


def _standard(sessao: int, codigo: str, mensagem: str) -> dict[str, Valor]:
    return {"numeroSessao": f"{sessao:06d}", "EEEEE": codigo, "mensagem": mensagem}


def _line(names: tuple[str, ...], values: dict[str, Valor]) -> str:
    if unknown := set(values) - set(names):
        raise TypeError(f"a ER SAT não tem os campos {sorted(unknown)}")
    return "|".join(_text(values.get(name)) for name in names)


def _text(value: Valor) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y%m%d%H%M%S")
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    return "" if value is None else str(value)
