"""What typing a command is."""

from collections.abc import Callable

# Words in; exit code, stdout and stderr out.
Run = Callable[..., tuple[int, str, str]]
