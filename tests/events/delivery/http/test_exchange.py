"""What is kept of an answer."""

import pytest

from events.delivery.http.exchange import CUT_MARK, KEEP_LIMIT, Answer


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"ok", "ok"),
        (b"\xff\x00", "\ufffd\ufffd"),
        ("ç".encode() * 1024, "ç" * 1024),
        (b"x" * 3000, "x" * (KEEP_LIMIT - len(CUT_MARK.encode())) + CUT_MARK),
    ],
)
def test_at_most_two_kilobytes_of_text_are_kept(body: bytes, kept: str) -> None:
    assert Answer(200, None, body, None, None).text == kept
