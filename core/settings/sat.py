"""The section `[sat]`: the SAT and MFE boxes to watch."""

import os
import re
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr, model_validator

from core.settings.base import LONGEST_DAYS, YEAR_SECONDS, Port, Section, Table, Unit, Zone, default_is, table_field
from core.wall_clock import Hours, check_weekly

Share = Annotated[float, Field(gt=0, le=1), Unit("fração")]
Days = Annotated[float, Field(gt=0, le=LONGEST_DAYS), Unit("dias")]
WholeDays = Annotated[int, Field(ge=0), Unit("dias")]
WholeSeconds = Annotated[int, Field(ge=0), Unit("segundos")]
Minutes = Annotated[float, Field(gt=0, le=1440 * LONGEST_DAYS), Unit("minutos")]
Times = Annotated[int, Field(ge=1), Unit("vezes")]
Label = Annotated[str, Field(min_length=1, max_length=100)]
# What the alert of a whole shop is about begins so, and once began of a whole hub; no box may be mistaken for one.
SHOP_PREFIX = "loja:"
RESERVED_NAMES = (SHOP_PREFIX, "hub:")
_ANY_ZONE = ZoneInfo("America/Sao_Paulo")


class Thresholds(Table):
    """When a condition of a box becomes an alert (the limits of `alerts/sat`)."""

    certificate_days: WholeDays = Field(60, description="Avisa quando faltam tantos dias para o certificado vencer.")
    clock_seconds: WholeSeconds = Field(3600, description="Avisa quando os relógios diferem mais que isto.")
    memory_warning: Share = Field(0.8, description="Avisa quando mais que isto da memória de trabalho está em uso.")
    memory_critical: Share = Field(0.9, description="O mesmo, como `critico`.")
    silence_warning_days: Days = Field(3, description="Avisa quando o último contato com a SEFAZ é mais antigo.")
    silence_critical_days: Days = Field(7, description="O mesmo, como `critico`.")
    unreachable_times: Times = Field(3, description="Avisa depois de tantas verificações seguidas sem resposta.")
    busy_minutes: Minutes = Field(30, description="Avisa quando o equipamento só se diz ocupado há mais que isto.")


def _own(name: str) -> Any:
    """Describe the threshold of one box as that of all."""
    of_all = Thresholds.model_fields[name].description
    return Field(None, description=of_all, json_schema_extra=default_is(f"`sat.thresholds.{name}`"))


class OwnThresholds(Table):
    """The thresholds of one box; what is not given is as for all."""

    certificate_days: WholeDays | None = _own("certificate_days")
    clock_seconds: WholeSeconds | None = _own("clock_seconds")
    memory_warning: Share | None = _own("memory_warning")
    memory_critical: Share | None = _own("memory_critical")
    silence_warning_days: Days | None = _own("silence_warning_days")
    silence_critical_days: Days | None = _own("silence_critical_days")
    unreachable_times: Times | None = _own("unreachable_times")
    busy_minutes: Minutes | None = _own("busy_minutes")


def _own_name(name: str) -> str:
    if name.startswith(RESERVED_NAMES):
        raise ValueError(f"um nome de caixa não começa com {' nem '.join(RESERVED_NAMES)}")
    return name


def _host(host: str) -> str:
    """Accept a name or an address and no more. It may hold a password, so the refusal does not repeat it."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not _is_address(bare) and not (bare == host and _is_name(host)):
        raise ValueError("use só o nome ou o endereço, sem esquema, usuário, porta nem caminho")
    return host


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _is_name(text: str) -> bool:
    """Tell whether a text may be asked of the name service; what ends in a number is an address gone wrong."""
    labels = text.removesuffix(".").split(".")
    try:
        length = len(text.encode("idna"))
    except UnicodeError:
        return False
    return length <= 253 and all(re.fullmatch(r"[\w-]+", label) for label in labels) and not labels[-1].isdigit()


def _week(entries: tuple[str, ...]) -> tuple[str, ...]:
    check_weekly(entries)
    return entries


def _week_or_dates(entries: tuple[str, ...]) -> tuple[str, ...]:
    Hours(entries, _ANY_ZONE)
    return entries


def _serial(serial: str) -> str:
    """Accept nine digits (NSERIE of the ER SAT)."""
    if not re.fullmatch(r"[0-9]{9}", serial):
        raise ValueError("um número de série tem nove dígitos, com os zeros à esquerda")
    return serial


class BoxSettings(Table):
    """One SAT or MFE box: behind a SATHub (`hub`) or a vendor library on this machine (`local`), or an agent's."""

    name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_own_name)] = Field(
        description="Nome da caixa, único, até 100 caracteres.", examples=["loja-1"]
    )
    kind: Literal["hub", "local", "agente"] = Field(
        "hub",
        description="`hub`: atrás de um SATHub, por HTTP; `local`: a biblioteca do fabricante nesta máquina; `agente`: "
        "lida por `esteira sat agente` na máquina dela, que envia as leituras para cá.",
    )
    usuario: Label | None = Field(
        None,
        description="O usuário com cujo token o agente envia as leituras (só `agente`).",
        examples=["agente-loja-1"],
        json_schema_extra=default_is("obrigatório para `agente`"),
    )
    host: Annotated[str, AfterValidator(_host)] | None = Field(
        None,
        description="Nome ou endereço do SATHub (só `hub`).",
        examples=["10.0.0.5"],
        json_schema_extra=default_is("obrigatório para `hub`"),
    )
    port: Port = Field(5000, description="Porta do SATHub (só `hub`).")
    numero_caixa: Annotated[int, Field(ge=0, le=999)] = Field(
        1,
        description="Qual PDV pergunta ao SATHub, de 0 a 999 (só `hub`). Não diz qual equipamento: um SATHub tem um "
        "só, e uma caixa por SATHub basta.",
    )
    library: Path | None = Field(
        None,
        description="O `.so` do fabricante (só `local`).",
        examples=["/opt/sat/libsat.so"],
        json_schema_extra=default_is("obrigatório para `local`"),
    )
    activation_code: SecretStr | None = Field(
        None,
        description="Código de ativação (só `local`; o de um SATHub fica na configuração dele), nunca mostrado; um "
        "errado estaciona a caixa, porque repetidos a bloqueiam.",
        examples=["12345678"],
        json_schema_extra=default_is("obrigatório para `local`"),
    )
    timezone: Zone | None = Field(
        None,
        description="Fuso do relógio da loja.",
        examples=["America/Fortaleza"],
        json_schema_extra=default_is("`core.timezone`"),
    )
    serial: Annotated[str, AfterValidator(_serial)] | None = Field(
        None, description="Número de série esperado, nove dígitos.", examples=["000123456"]
    )
    loja: Label | None = Field(
        None,
        description="Rótulo para os filtros dos destinos; as caixas de uma `loja` caem juntas.",
        examples=["12"],
        json_schema_extra=default_is("o nome da caixa"),
    )
    uf: Label | None = Field(None, description="Rótulo, como `CE`.", examples=["CE"])
    grupo: Label | None = Field(None, description="Rótulo seu.", examples=["filial"])
    opening_hours: Annotated[tuple[str, ...], AfterValidator(_week)] = Field(
        (),
        description="Horário da loja, no fuso dela; loja fechada não é loja inalcançável.",
        examples=[["seg-sex 08:00-22:00", "sab 08:00-18:00"]],
        json_schema_extra=default_is("sempre aberta"),
    )
    maintenance: Annotated[tuple[str, ...], AfterValidator(_week_or_dates)] = Field(
        (),
        description="Manutenção, no fuso da loja; nela nada é avisado. Datas ou toda semana, como `dom 02:00-05:00`.",
        examples=[["2026-12-24 22:00/2026-12-25 06:00"]],
        json_schema_extra=default_is("nenhuma"),
    )
    interval_seconds: Annotated[int, Field(ge=1, le=YEAR_SECONDS), Unit("segundos")] = Field(
        300, description="Entre duas verificações; de um `agente` se esperam leituras nesse intervalo."
    )
    timeout_seconds: Annotated[float, Field(gt=0, le=90), Unit("segundos")] = Field(
        30, description="Prazo de uma verificação inteira, no máximo 90."
    )
    thresholds: OwnThresholds = table_field(
        OwnThresholds, description="Limites só desta caixa.", examples=[{"certificate_days": 30}]
    )

    @model_validator(mode="after")
    def _complete(self) -> "BoxSettings":
        needed = {"hub": ("host",), "local": ("library", "activation_code"), "agente": ("usuario",)}[self.kind]
        missing = [key for key in needed if getattr(self, key) is None]
        if missing:
            raise ValueError(f"caixa {self.name!r} do tipo {self.kind} precisa de {' e '.join(missing)}")
        if self.heard and "/" in self.name:
            raise ValueError(f"o nome da caixa {self.name!r} vai no endereço das leituras, e não pode ter barra")
        return self

    @property
    def heard(self) -> bool:
        """Whether an agent sends what it reads, instead of being asked from here."""
        return self.kind == "agente"

    @property
    def awaited_seconds(self) -> int:
        """How long an agent's readings may stay away."""
        return 2 * self.interval_seconds

    @cached_property
    def address(self) -> str:
        """Where it is asked, one question at a time: its hub, in one spelling, its library, or an agent."""
        if self.heard:
            return f"agente:{self.name}"
        if self.kind == "local":
            return os.path.realpath(str(self.library))
        host = (self.host or "").strip("[]").lower().removesuffix(".")
        bare = str(ip_address(host)) if _is_address(host) else host
        return f"[{bare}]:{self.port}" if ":" in bare else f"{bare}:{self.port}"

    @cached_property
    def equipment(self) -> tuple[str, str]:
        """What tells two boxes apart: a hub has one, whichever till asks; a library one for each activation code."""
        code = self.activation_code.get_secret_value() if self.kind == "local" and self.activation_code else ""
        return self.address, code


def _unique_names(boxes: tuple[BoxSettings, ...]) -> tuple[BoxSettings, ...]:
    names = [box.name for box in boxes]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"nome repetido: {', '.join(repeated)}")
    return boxes


def same_equipment(box: BoxSettings) -> str:
    """Say that other boxes are the same equipment as this one, without its activation code."""
    if box.kind == "local":
        return f"mesma biblioteca e mesmo código de ativação que a caixa {box.name}"
    return (
        f"mesmo SATHub que a caixa {box.name} ({box.address}), que tem um equipamento só: numero_caixa diz qual PDV "
        "pergunta"
    )


class SatSettings(Section):
    """The SAT and MFE boxes to watch, and from when on to tell."""

    about: ClassVar[str] = (
        "As caixas SAT e MFE. `sat.boxes` é uma lista de tabelas, `[[sat.boxes]]`; no ambiente, uma lista em JSON, "
        "`ESTEIRA_SAT__BOXES`."
    )

    alert_modules: tuple[str, ...] = Field(
        (),
        description="Módulos com condições suas, importados por todo worker.",
        examples=[["minha_loja.alertas"]],
        json_schema_extra=default_is("nenhum"),
    )
    thresholds: Thresholds = table_field(
        Thresholds, description="Limites de todas as caixas; uma caixa pode ter os seus."
    )
    boxes: Annotated[tuple[BoxSettings, ...], AfterValidator(_unique_names)] = Field(
        (),
        description="As caixas, uma por SATHub; outras do mesmo SATHub não são consultadas.",
        json_schema_extra=default_is("nenhuma"),
    )

    def thresholds_of(self, box: BoxSettings) -> Thresholds:
        """Return what holds for one box: its own, else those of all."""
        own = box.thresholds.model_dump(exclude_none=True)
        return self.thresholds.model_copy(update=own) if own else self.thresholds
