"""All pages of Flower behind its password: two of them it leaves open, and they name workers and tasks to anybody."""

from flower import urls
from flower.views.monitor import Healthcheck, Metrics
from tornado.web import authenticated

OPEN = {r"/metrics": Metrics, r"/healthcheck": Healthcheck}


def protect() -> None:
    """Have the open pages ask for the password; to be called before Flower's application is made."""
    for pattern, page in OPEN.items():
        known = [place for place, one in enumerate(urls.handlers) if one == (pattern, page)]
        for place in known:
            urls.handlers[place] = (pattern, type(page.__name__, (page,), {"get": authenticated(page.get)}))
