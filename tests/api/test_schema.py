"""The description against the service: whatever it allows is served, whatever is answered is described."""

from typing import Any

import schemathesis
from conftest import Configure
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from support.api import Client, importing, person

from api.app import app
from api.routing import BASE, below
from sandbox.documentos.conhecimentos import conhecimento
from sandbox.documentos.notas import nota

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
    unsupported_method,
]
EXAMPLES = 4
# Each attempt hashes a password on purpose slowly, and the sixth of a minute is refused.
FEW, SLOW = 3, {"POST /api/auth/login/"}
SCHEMA = schemathesis.openapi.from_dict(app.openapi())
OPERATIONS = {
    one.label: one for one in (found.ok() for found in SCHEMA.get_all_operations()) if below(one.label.split()[1], BASE)
}
QUIET = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def faults(client: Client, label: str, mode: GenerationMode) -> list[str]:
    """Send what the description allows, or just does not; return what is wrong with the answers."""
    found: list[str] = []

    @settings(QUIET, max_examples=FEW if label in SLOW else EXAMPLES)
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def sent(case: Any) -> None:
        answer = case.call(base_url=client.url, session=client.session)
        try:
            case.validate_response(answer, checks=CHECKS)
        except schemathesis.errors.SchemathesisError as fault:
            found.append(str(fault))
        except BaseExceptionGroup as fault:
            found.extend(map(str, fault.exceptions))

    sent()
    return found


def takes_something(label: str) -> bool:
    operation = OPERATIONS[label]
    return bool(operation.body or operation.query or operation.path_parameters)


def test_every_answer_is_one_that_the_description_has(configure: Configure, light: str) -> None:
    configure(api__rate_limit="1000000")
    ana = person(light)
    importing("ana", nota(1).xml, conhecimento(1).xml)
    asked = [(label, mode) for label in OPERATIONS for mode in GenerationMode]
    told = {
        f"{label} {mode.name}": said[0]
        for label, mode in asked
        if mode is GenerationMode.POSITIVE or takes_something(label)
        if (said := faults(ana, label, mode))
    }
    assert told == {}
    assert len(OPERATIONS) > 25
