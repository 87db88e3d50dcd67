"""The API's application; for now it only says that it lives."""

from fastapi import FastAPI

app = FastAPI(title="Esteira", docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/saude/")
def saude() -> dict[str, str]:
    """Liveness: this process answers; it asks neither database nor Redis."""
    return {"status": "ok"}
