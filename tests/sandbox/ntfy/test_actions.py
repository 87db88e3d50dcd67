"""The buttons of a message: what each kind needs, what is refused, and the short form of a header."""

import json
from typing import Any

import pytest

from sandbox.ntfy.actions import checked, read
from sandbox.ntfy.errors import NtfyError

URL = "https://x.example/1"
VIEW = {"action": "view", "label": "Abrir", "url": URL}
HTTP = {"action": "http", "label": "Ligar", "url": URL}
BROADCAST = {"action": "broadcast", "label": "Foto"}


@pytest.mark.parametrize(
    "given",
    [
        VIEW,
        VIEW | {"clear": True},
        HTTP | {"method": "PUT", "headers": {"a": "b"}, "body": "z"},
        BROADCAST | {"intent": "io.example", "extras": {"cmd": "foto"}},
    ],
)
def test_a_button_is_kept_as_it_was_given_and_gets_an_id(given: dict[str, Any]) -> None:
    (kept,) = checked([given])
    assert len(kept.pop("id")) == 10
    assert kept == {"clear": False} | given


def test_buttons_that_are_alike_have_ids_of_their_own() -> None:
    assert len({kept["id"] for kept in checked([VIEW, VIEW, VIEW])}) == 3


def test_none_is_as_good_as_three_and_a_fourth_is_too_many() -> None:
    assert checked([]) == []
    with pytest.raises(NtfyError, match="only 3 actions allowed") as refused:
        checked([VIEW] * 4)
    assert refused.value.code == 40018


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"label": "Abrir", "url": URL}, "parameter 'action' cannot be 'None'"),
        (VIEW | {"action": "copy"}, "parameter 'action' cannot be 'copy'"),
        (VIEW | {"action": ["view"]}, "parameter 'action' cannot be"),
        ({"action": "view", "label": "Abrir"}, "parameter 'url' is required for action 'view'"),
        ({"action": "http", "label": "Abrir"}, "parameter 'url' is required for action 'http'"),
        (VIEW | {"url": ""}, "parameter 'url' is required for action 'view'"),
        ({"action": "broadcast"}, "parameter 'label' is required for action 'broadcast'"),
        (VIEW | {"label": 7}, "parameter 'label' is required for action 'view'"),
    ],
)
def test_a_button_without_what_its_kind_needs_is_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(NtfyError, match=reason) as refused:
        checked([VIEW, given])
    assert (refused.value.code, refused.value.http) == (40018, 400)


@pytest.mark.parametrize(
    ("given", "unknown"),
    [
        (VIEW | {"cler": True}, "cler"),
        (VIEW | {"method": "PUT"}, "method"),
        (HTTP | {"intent": "x"}, "intent"),
        (BROADCAST | {"url": URL}, "url"),
    ],
)
def test_a_name_that_a_kind_does_not_have_is_refused_by_name(given: dict[str, Any], unknown: str) -> None:
    """The real one loses it in silence, and no test would see that it was misspelt."""
    with pytest.raises(NtfyError, match=f"unknown field, header or parameter: {unknown}") as refused:
        checked([given])
    assert (refused.value.code, refused.value.http) == (None, 400)


@pytest.mark.parametrize("given", ["view", None, [], 7])
def test_what_is_no_object_is_no_json_of_a_message(given: object) -> None:
    with pytest.raises(NtfyError) as refused:
        checked([given])
    assert refused.value.code == 40024


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (json.dumps([VIEW, BROADCAST]), [VIEW, BROADCAST]),
        (f"  {json.dumps(VIEW)}", [VIEW]),
        (f"view, Abrir, {URL}", [VIEW]),
        (f"view,Abrir,{URL},clear=true", [VIEW | {"clear": True}]),
        (f"view, Abrir, {URL}, clear=no", [VIEW]),
        (f"action=view, label=Abrir, url={URL}?a=b", [VIEW | {"url": f"{URL}?a=b"}]),
        (f"view, Abrir, {URL}?a=b", [VIEW | {"url": f"{URL}?a=b"}]),
        (f"http, Ligar, {URL}, method=PUT, headers.X-A=b", [HTTP | {"method": "PUT", "headers.X-A": "b"}]),
        (f"view, Abrir, {URL}; broadcast, Foto;", [VIEW, BROADCAST]),
        ("", []),
    ],
)
def test_a_header_is_json_or_the_short_form(text: str, found: list[dict[str, Any]]) -> None:
    kept = read(text)
    assert [{name: value for name, value in one.items() if name != "id"} for one in kept] == [
        {"clear": False} | one for one in found
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[{", "JSON error"),
        ("view, Abrir", "parameter 'url' is required"),
        ("Abrir", "parameter 'action' cannot be 'Abrir'"),
        (f"view, Abrir, {URL}, true", "term 'true' unknown"),
        ("; ".join([f"view, Abrir, {URL}"] * 4), "only 3 actions allowed"),
    ],
)
def test_what_no_header_of_buttons_may_say(text: str, reason: str) -> None:
    with pytest.raises(NtfyError, match=reason) as refused:
        read(text)
    assert refused.value.code == 40018
