"""`/admin`: what is below it is `api.admin`."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from api.front import ADMIN

router = APIRouter(include_in_schema=False)


@router.get(ADMIN)
def entrar() -> RedirectResponse:
    """Go in."""
    return RedirectResponse(f"{ADMIN}/", 303)
