"""What monitors are given agrees with what an installation tells: names, labels, and words of each query."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.exposition import series

ROOT = Path(__file__).parents[2]
ROOM = ROOT / "docker" / "observability"
GUIDE = ROOT / "docs" / "how-to" / "observabilidade.md"
RULES, ZABBIX = ROOM / "alertas.yml", ROOM / "zabbix" / "esteira.yaml"
BOARDS = sorted((ROOM / "grafana").glob("*.json"))
NAME = re.compile(r"\besteira_\w+")
SELECTED = re.compile(r"\b(esteira_\w+)\{([^}]*)\}")
LABEL = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"')
# What follows these words are labels.
GROUPED = re.compile(r"\b(?:by|on|group_left|without)\s*\(([^)]*)\)")


def rules() -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> Iterator[tuple[str, str]]:
    """Yield each query of the dashboards with the panel it stands in."""
    for board in BOARDS:
        for panel in json.loads(board.read_text())["panels"]:
            for target in panel["targets"]:
                yield f"{board.name}: {panel['title']}", target["expr"]


def template() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(ZABBIX.read_text())["zabbix_export"]["templates"][0]
    return found


def items() -> Iterator[dict[str, Any]]:
    yield from template()["items"]
    for rule in template()["discovery_rules"]:
        yield from rule["item_prototypes"]


def asked() -> Iterator[tuple[str, str]]:
    """Yield everything that is asked of the metrics, with where it stands."""
    yield from ((rule["alert"], rule["expr"]) for rule in rules())
    yield from panels()
    for board in BOARDS:
        for variable in json.loads(board.read_text())["templating"]["list"]:
            if variable["type"] == "query":
                yield f"{board.name}: {variable['name']}", variable["query"]
    steps = [step for one in (*items(), *template()["discovery_rules"]) for step in one.get("preprocessing", ())]
    yield from (("zabbix", step["parameters"][0]) for step in steps)


def test_each_name_and_label_that_is_asked_for_is_told(sqlite: str) -> None:
    told, mistakes, names = series(), [], 0
    for where, query in asked():
        used = set(NAME.findall(query))
        names += len(used)
        known = {label for name in used for label in told.get(name, ())}
        mistakes += [(where, name) for name in used - told.keys()]
        for name, within in SELECTED.findall(query):
            mistakes += [(where, name, label) for label in LABEL.findall(within) if label not in told.get(name, ())]
        for within in GROUPED.findall(query):
            mistakes += [(where, label) for label in re.findall(r"\w+", within) if label not in known]
    assert mistakes == []
    assert names > 80


def test_each_rule_says_in_portuguese_what_is_wrong_and_where_to_read_what_to_do() -> None:
    anchors = {line.removeprefix("### ").strip() for line in GUIDE.read_text().splitlines() if line.startswith("### ")}
    found = rules()
    assert len({rule["alert"] for rule in found}) == len(found) > 20
    for rule in found:
        page, _, anchor = rule["annotations"]["doc"].partition("#")
        assert (ROOT / page, anchor in anchors) == (GUIDE, True), rule["alert"]
        assert len(rule["annotations"]["summary"]) > 20
        assert rule["labels"]["severity"] in ("warning", "critical")
        labels = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        kept = {label for within in GROUPED.findall(rule["expr"]) for label in re.findall(r"\w+", within)}
        assert labels <= kept | {"instance"}, rule["alert"]


def test_the_panels_of_a_dashboard_do_not_lie_over_each_other() -> None:
    for board in BOARDS:
        taken: set[tuple[int, int]] = set()
        document = json.loads(board.read_text())
        assert len({panel["id"] for panel in document["panels"]}) == len(document["panels"])
        for panel in document["panels"]:
            place = panel["gridPos"]
            across, down = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
            cells = {(x, y) for x in across for y in down}
            assert not cells & taken, panel["title"]
            assert max(across) < 24, panel["title"]
            taken |= cells


def test_the_template_is_whole() -> None:
    found = list(items())
    keys = [one["key"] for one in found]
    uuids = re.findall(r"uuid: ([0-9a-f]{32})\b", ZABBIX.read_text())
    assert len(set(keys)) == len(keys) > 20
    assert len(set(uuids)) == len(uuids) == ZABBIX.read_text().count("uuid:")
    assert {one[12] for one in uuids} == {"4"}
    for one in found:
        assert one["key"] == "esteira.metricas" or one["master_item"]["key"] == "esteira.metricas"
        for trigger in (*one.get("triggers", ()), *one.get("trigger_prototypes", ())):
            assert f"/Esteira/{one['key']}" in trigger["expression"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian: prometheus) is not installed")
def test_prometheus_itself_takes_configuration_rules_and_every_query(tmp_path: Path) -> None:
    # a dashboard's variables are put in before a query is sent
    queries = [re.sub(r"\$\w+", ".*", query) for _, query in panels()]
    as_rules = [{"record": f"esteira:{number}", "expr": query} for number, query in enumerate(queries)]
    (tmp_path / "paineis.yml").write_text(yaml.safe_dump({"groups": [{"name": "paineis", "rules": as_rules}]}))
    for words in (("config", ROOM / "prometheus.yml"), ("rules", RULES), ("rules", tmp_path / "paineis.yml")):
        done = subprocess.run(["promtool", "check", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
