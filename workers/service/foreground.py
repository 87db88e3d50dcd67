"""The line in a terminal of Windows, until Ctrl-C."""

from core import stop_signals
from core.settings.core import CoreSettings
from core.settings.load import get_settings
from workers import start_checks
from workers.output import to_stdout
from workers.service import host


def run() -> int:
    """Run the line; return the exit code."""
    with start_checks.alone(get_settings()[CoreSettings].data_dir):
        line = host.prepared(to_stdout, to_stdout)
        stop_signals.at_once(line.request_stop)
        to_stdout("Rodando; Ctrl-C para tudo, em ordem.")
        line.run()
    return 0
