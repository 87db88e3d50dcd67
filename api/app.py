"""The API's application: it says that it lives, and gives the metrics."""

from fastapi import FastAPI

from api.routes import metricas

app = FastAPI(title="Esteira", docs_url=None, redoc_url=None, openapi_url=None)
app.include_router(metricas.router)


@app.get("/saude/")
def saude() -> dict[str, str]:
    """Liveness: this process answers; it asks neither database nor Redis."""
    return {"status": "ok"}
