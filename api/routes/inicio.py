"""`GET /api/`: what there is. docs/reference/contracts/integracoes.md §4.70."""

from fastapi import Request

from api.routing import BASE, Rotas

router = Rotas("", "início")


@router.get("/")
def listar(request: Request) -> dict[str, str]:
    """Lista os recursos da API, com os seus endereços."""
    base = str(request.base_url).rstrip("/")
    return {name: f"{base}{BASE}/{name}/" for name in resources(request)}


def resources(request: Request) -> list[str]:
    """Return the first words below `/api` that can be asked for, in the order of the alphabet."""
    paths = [path for path, ways in request.app.openapi()["paths"].items() if "get" in ways]
    below = [path.removeprefix(f"{BASE}/") for path in paths if path.startswith(f"{BASE}/")]
    return sorted({one[:-1] for one in below if one.endswith("/") and one.count("/") == 1})
