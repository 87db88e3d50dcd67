"""What every source says of its objects, in one shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WARNING, CRITICAL = "aviso", "critico"


@dataclass(frozen=True)
class Judgement:
    """One condition (`codigo`) of one object, true (`ativo`) or not.

    `mensagem` says what is wrong and what to do, `resolvido` what is well again. `desconhecido` is why it could not be
    judged: then nothing changes. `causa` is a word for the kind of fault where one code has several: another one is
    told again. `rotulos` are the object's labels, by which destinations choose. Of a `calado` one nobody is told now.
    """

    objeto: str
    codigo: str
    severidade: str
    ativo: bool
    mensagem: str = ""
    valores: Mapping[str, Any] = field(default_factory=dict)
    desconhecido: str | None = None
    resolvido: str = ""
    causa: str | None = None
    rotulos: Mapping[str, str] = field(default_factory=dict)
    calado: bool = False
