"""The servers that one address names."""

import pytest

from core.nodes import Nodes, bracketed, login_of, nodes_of


@pytest.mark.parametrize(
    ("netloc", "login", "nodes"),
    [
        ("um", ("", ""), (("um", 5672),)),
        ("um:1", ("", ""), (("um", 1),)),
        ("um:1,dois,tres:3", ("", ""), (("um", 1), ("dois", 5672), ("tres", 3))),
        ("[::1]:7,[fd00::2]", ("", ""), (("::1", 7), ("fd00::2", 5672))),
        ("UM.Interno", ("", ""), (("um.interno", 5672),)),
        ("ana@um", ("ana", ""), (("um", 5672),)),
        ("ana:s%40:/@um:1", ("ana", "s%40:/"), (("um", 1),)),
        # the last one ends the login: a password that was not quoted has one too
        ("ana:s@x@um", ("ana", "s@x"), (("um", 5672),)),
        (":s@um", ("", "s"), (("um", 5672),)),
    ],
)
def test_an_address_names_a_login_and_hosts(netloc: str, login: tuple[str, str], nodes: Nodes) -> None:
    assert nodes_of(netloc, 5672) == (login, nodes)


@pytest.mark.parametrize(
    "netloc", ["", "um,", ",um", "um,,dois", ":5672", "um:0", "um:65536", "um:-1", "um:x", "ana@", "[::1", "um:1:2"]
)
def test_what_names_no_server_is_refused(netloc: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whoever asks says it in words of its own
        nodes_of(netloc, 5672)


@pytest.mark.parametrize(
    ("netloc", "login"), [("um", ""), ("ana@um", "ana@"), ("ana:s@um,dois", "ana:s@"), ("ana:s@x@um", "ana:s@x@")]
)
def test_the_login_is_kept_as_it_is_written(netloc: str, login: str) -> None:
    assert login_of(netloc) == login


@pytest.mark.parametrize(("host", "written"), [("um", "um"), ("10.0.0.1", "10.0.0.1"), ("::1", "[::1]")])
def test_only_an_address_of_version_6_stands_in_brackets(host: str, written: str) -> None:
    assert bracketed(host) == written
