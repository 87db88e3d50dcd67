"""The admin, built when somebody first asks for it: most processes never need it, nor what it is made of."""

from functools import cache
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

if TYPE_CHECKING:
    from api.admin.application import Admin


class Late:
    """An application that is there from its first request on."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        await built().admin(scope, receive, send)


@cache
def built() -> "Admin":
    """Return the one of this process."""
    from api.admin.application import Admin

    return Admin()
