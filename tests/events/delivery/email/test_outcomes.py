"""What a fault of a mail server, or of our own machine, means to a delivery."""

from connectors.base.faults import OutOfMeans
from events.delivery.email import outcomes
from events.delivery.outcome import NO_MEANS


def test_what_this_machine_lacks_costs_an_attempt_only_where_the_mail_may_have_been_taken() -> None:
    assert outcomes.of_fault(OutOfMeans()) == NO_MEANS
    perhaps = outcomes.of_fault(OutOfMeans(may_be_stored=True))
    assert (perhaps.untried, perhaps.minimum) == (False, 60.0)
    assert perhaps.text.endswith(outcomes.PERHAPS)
