"""Who carries which queue, derived from the declarations: one worker per family, or few with many."""

from core.queues import Queue, queues
from workers.layout import REST, URGENT, one_machine, one_per_family, together

TOY = Queue("brinquedo", "brinquedos", 3, "Brinca", longest=20)
SLOW = Queue("lento", "brinquedos", 1, "Brinca devagar", longest=200, ends_in=lambda: 30)


def test_a_queue_that_nobody_works_on_would_keep_its_messages_for_ever() -> None:
    worked = [queue.name for worker in one_per_family() for queue in worker.queues]
    assert sorted(worked) == sorted(queue.name for queue in queues())


def test_queues_of_one_family_share_a_worker() -> None:
    (worker,) = one_per_family([TOY, SLOW])
    assert (worker.name, worker.carries, worker.processes) == ("brinquedos", "brinquedo,lento", 4)
    assert "-Q brinquedo,lento -n brinquedos@%h --autoscale=4,1" in " ".join(worker.command())
    assert worker.about == "Brinca; Brinca devagar"


def test_one_machine_has_a_worker_for_what_is_urgent_and_one_for_the_rest() -> None:
    urgent, rest = one_machine()
    assert sorted(q.name for q in (*urgent.queues, *rest.queues)) == sorted(queue.name for queue in queues())
    assert all(queue.urgent for queue in urgent.queues)
    assert max(queue.longest for queue in urgent.queues) < 60
    assert not any(queue.urgent for queue in rest.queues)
    assert (urgent.name, rest.name) == (URGENT, REST)


def test_it_rests_small_and_grows_to_what_its_queues_ask_for() -> None:
    (worker,) = one_machine([TOY, SLOW])
    assert f"-Q brinquedo,lento -n {REST}@%h --autoscale=4,1" in " ".join(worker.command())


def test_one_queue_with_one_process_needs_no_growth() -> None:
    (worker,) = one_machine([SLOW])
    assert "-c 1" in " ".join(worker.command())


def test_a_worker_stops_as_late_as_the_slowest_of_its_queues() -> None:
    worker = together("tudo", [TOY, SLOW], processes=2)
    assert worker.processes == 2
    assert 30 <= worker.stops_within < 40
    assert worker.stops_at_most > 200


def test_no_worker_is_given_less_than_its_hard_limit_by_those_who_are_told_once() -> None:
    assert all(worker.stops_at_most > max(q.longest for q in worker.queues) + 10 for worker in one_per_family())


def test_no_task_outlives_the_time_after_which_its_message_comes_again() -> None:
    from core.celery_app import app, refresh

    # a test before may have had another kind of broker
    refresh()
    visible = app.conf.broker_transport_options["visibility_timeout"]
    assert max(queue.longest for queue in queues()) < visible / 2
