"""The reference of the integrations: each sample of an event is one, and the code shown checks signatures."""

import base64
import dataclasses
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from support import pages

from events.body import serialise
from events.catalog import CATALOG
from events.delivery.sign import new_secret, signature

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/INTEGRACOES.md").read_text()
NOW, IDENT, BODY = (
    1_795_700_000,
    "msg_01J8Z6Q4V0000000000000000A",
    '{"evento":"teste","dados":{"nome":"São João"}}'.encode(),
)
SECRET, OTHER, TYPED = "whsec_" + base64.b64encode(b"a" * 32).decode(), new_secret(), "segredo escolhido à mão"
PATIENCE_SECONDS = 120
KEYS = {"evento", "timestamp", "dados", "id"}


def code(language: str, title: str) -> str:
    """Return the first block of a language below a heading."""
    found = pages.code(PAGE, language, title)
    assert found, title
    return found


def sample(name: str) -> dict[str, Any]:
    """Return the sample of an event: on this page, or on that of its flow."""
    found = next((found for page in (PAGE, *pages.reference()) if (found := pages.code(page, "json", name))), None)
    assert found, (
        f"nenhuma página tem um exemplo do evento {name!r}: ponha um título `#### {name}` e abaixo dele o corpo "
        "inteiro, num bloco ```json, em docs/INTEGRACOES.md ou na página do fluxo em docs/reference/"
    )
    read: dict[str, Any] = json.loads(found)
    return read


def of_webhooks() -> list[str]:
    return [name for name, kind in CATALOG.items() if not kind.so_para]


@pytest.mark.parametrize("name", of_webhooks())
def test_the_sample_of_an_event_is_a_whole_one(name: str) -> None:
    shown = sample(name)
    assert set(shown) == KEYS
    assert shown["evento"] == name
    kind = CATALOG[name]
    fields = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    assert set(shown["dados"]) == fields, f"o exemplo de {name!r} não tem os campos que events/catalog/ declara"
    read = TypeAdapter(kind).validate_json(json.dumps(shown["dados"]), strict=True)
    assert read.dados() == shown["dados"]


def test_the_request_that_is_shown_has_the_keys_of_a_real_one() -> None:
    real = json.loads(serialise("teste", IDENT, datetime.fromtimestamp(NOW, UTC), {}))
    assert list(json.loads(code("json", "O pedido"))) == list(real)
    assert set(real) == KEYS


@dataclasses.dataclass(frozen=True)
class Case:
    """What a receiver is given, and what it has to say."""

    segredo: str = SECRET
    ident: str = IDENT
    momento: str = str(NOW)
    assinaturas: str = signature(SECRET, IDENT, NOW, BODY)
    corpo: bytes = BODY
    certo: bool = False


CASES = {
    "signed": Case(certo=True),
    "signed by the old and the new secret": Case(
        assinaturas=f"{signature(OTHER, IDENT, NOW, BODY)} {signature(SECRET, IDENT, NOW, BODY)}", certo=True
    ),
    "signed with a secret of one's own": Case(
        segredo=TYPED, assinaturas=signature(TYPED, IDENT, NOW, BODY), certo=True
    ),
    "four minutes ago": Case(momento=str(NOW - 240), assinaturas=signature(SECRET, IDENT, NOW - 240, BODY), certo=True),
    "another body": Case(corpo=BODY + b" "),
    "another id": Case(ident="msg_outro"),
    "another secret": Case(assinaturas=signature(OTHER, IDENT, NOW, BODY)),
    "six minutes ago": Case(momento=str(NOW - 360), assinaturas=signature(SECRET, IDENT, NOW - 360, BODY)),
    "in six minutes": Case(momento=str(NOW + 360), assinaturas=signature(SECRET, IDENT, NOW + 360, BODY)),
    "no signature": Case(assinaturas=""),
    "no time": Case(momento=""),
    "a time that is none": Case(momento="ontem"),
    "a time with a sign": Case(momento=f"+{NOW}"),
    "another scheme": Case(assinaturas=signature(SECRET, IDENT, NOW, BODY).replace("v1,", "v1a,")),
    "a part of it": Case(assinaturas=signature(SECRET, IDENT, NOW, BODY)[:-4]),
    "accents where the signature should be": Case(assinaturas="v1,ção"),
}

PYTHON = """
import json, sys
for um in json.load(sys.stdin):
    corpo = base64.b64decode(um["corpo"])
    dito = confere(um["segredo"], um["ident"], um["momento"], um["assinaturas"], corpo, AGORA)
    print(str(dito).lower())
"""
NODE = """
for (const um of JSON.parse(require("node:fs").readFileSync(0, "utf8"))) {
  const corpo = Buffer.from(um.corpo, "base64");
  console.log(confere(um.segredo, um.ident, um.momento, um.assinaturas, corpo, AGORA));
}
"""
PHP = """
foreach (json_decode(file_get_contents('php://stdin'), true) as $um) {
    $corpo = base64_decode($um['corpo']);
    $dito = confere($um['segredo'], $um['ident'], $um['momento'], $um['assinaturas'], $corpo, AGORA);
    echo $dito ? "true\\n" : "false\\n";
}
"""
# One case a line, its parts in base64: Java reads no JSON by itself.
JAVA = """
class Casos {
    public static void main(String[] dados) throws Exception {
        var lidas = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("\\n");
        for (String linha : lidas) {
            byte[][] um = Arrays.stream(linha.split(" ", -1)).map(Base64.getDecoder()::decode).toArray(byte[][]::new);
            String[] texto = new String[4];
            for (int i = 0; i < 4; i++) texto[i] = new String(um[i], StandardCharsets.UTF_8);
            System.out.println(Assinatura.confere(texto[0], texto[1], texto[2], texto[3], um[4], AGORAL));
        }
    }
}
"""


def as_json() -> str:
    given = [dataclasses.asdict(one) | {"corpo": base64.b64encode(one.corpo).decode()} for one in CASES.values()]
    return json.dumps(given)


def as_lines() -> str:
    parts = [
        [one.segredo.encode(), one.ident.encode(), one.momento.encode(), one.assinaturas.encode(), one.corpo]
        for one in CASES.values()
    ]
    return "\n".join(" ".join(base64.b64encode(part).decode() for part in line) for line in parts)


def java(shown: str, folder: Path) -> list[str]:
    # The first class of a file is the one that is run.
    imports = "".join(line for line in shown.splitlines(keepends=True) if line.startswith("import "))
    (folder / "Casos.java").write_text(imports + JAVA + shown.replace(imports, ""))
    return ["java", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", str(folder / "Casos.java")]


@pytest.mark.parametrize("language", ["python", "javascript", "php", "java"])
def test_the_code_that_is_shown_tells_a_true_signature_from_every_other(language: str, tmp_path: Path) -> None:
    runs = {"python": sys.executable, "javascript": "node", "php": "php", "java": "java"}
    if shutil.which(runs[language]) is None:
        pytest.skip(f"{runs[language]} is not installed")
    titles = {"python": "Python", "javascript": "Node", "php": "PHP", "java": "Java"}
    shown, rest = code(language, titles[language]), {"python": PYTHON, "javascript": NODE, "php": PHP}.get(language, "")
    if language == "java":
        command, given = java(shown, tmp_path), as_lines()
        (tmp_path / "Casos.java").write_text((tmp_path / "Casos.java").read_text().replace("AGORA", str(NOW)))
    else:
        place = tmp_path / f"casos.{language}"
        place.write_text(shown + rest.replace("AGORA", str(NOW)))
        command, given = [runs[language], str(place)], as_json()
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    said = dict(zip(CASES, done.stdout.split(), strict=True))
    assert said == {name: str(one.certo).lower() for name, one in CASES.items()}
