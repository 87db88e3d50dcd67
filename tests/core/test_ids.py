import re
from datetime import UTC, datetime, timedelta

from core.ids import message_id, ulid

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_an_id_has_the_published_form_and_differs_each_time() -> None:
    found = {ulid(AT) for _ in range(1000)}
    assert len(found) == 1000
    assert all(re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", one) for one in found)
    assert re.fullmatch(r"msg_[0-9A-Z]{26}", message_id(AT))


def test_ids_sort_by_time() -> None:
    ids = [ulid(AT + timedelta(milliseconds=n)) for n in range(100)]
    assert ids == sorted(ids)
    assert {one[:10] for one in (ulid(AT), ulid(AT))} == {ids[0][:10]}
