"""Flower's options, read by Flower itself before it is made: loopback, a password, a bounded memory."""

from core.settings.flower import FlowerSettings
from core.settings.load import get_settings
from workers.flower import credentials
from workers.flower_pages import protect

protect()
_settings = get_settings()

address = _settings[FlowerSettings].host
port = _settings[FlowerSettings].port
url_prefix = _settings[FlowerSettings].prefix
basic_auth = [credentials(_settings)]
max_tasks = 10_000
max_workers = 100
purge_offline_workers = 60
inspect_timeout = 2000.0
persistent = False
# what it says goes the way of all lines
logging = "none"
