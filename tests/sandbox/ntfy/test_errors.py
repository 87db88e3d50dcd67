"""A refusal is answered with its number, its status and its words, as ntfy's clients know them."""

import json

import pytest

from sandbox.ntfy import errors
from sandbox.ntfy.errors import NtfyError


@pytest.mark.parametrize(
    ("refusal", "code", "status"),
    [
        (errors.PRIORITY, 40007, 400),
        (errors.ATTACH_URL, 40013, 400),
        (errors.NO_ATTACHMENTS, 40014, 400),
        (errors.ICON_URL, 40021, 400),
        (errors.BODY_JSON, 40024, 400),
        (errors.CALLING, 40032, 400),
        (errors.UNAUTHORIZED, 40101, 401),
        (errors.FORBIDDEN, 40301, 403),
        (errors.NOT_FOUND, 40401, 404),
        (errors.JSON_TOO_LARGE, 41303, 413),
        (errors.TOO_MANY_REQUESTS, 42901, 429),
        (errors.TOO_MANY_SUBSCRIPTIONS, 42903, 429),
        (errors.TOO_MANY_AUTH_FAILURES, 42909, 429),
    ],
)
def test_the_status_is_the_first_three_figures_of_the_code(refusal: tuple[int, str], code: int, status: int) -> None:
    answer = NtfyError(*refusal).response()
    assert (answer.status, answer.content_type) == (status, "application/json")
    assert json.loads(answer.text or "") == {"code": code, "http": status, "error": refusal[1]}


@pytest.mark.parametrize(("given", "status"), [(0, 400), (400, 400), (503, 503)])
def test_a_refusal_without_a_code_has_none_in_its_answer(given: int, status: int) -> None:
    answer = NtfyError(None, "unknown parameter: x", given).response()
    assert answer.status == status
    assert json.loads(answer.text or "") == {"http": status, "error": "unknown parameter: x"}


def test_no_two_refusals_have_the_same_code() -> None:
    codes = [value[0] for value in vars(errors).values() if isinstance(value, tuple)]
    assert len(codes) > 20
    assert len(set(codes)) == len(codes)
