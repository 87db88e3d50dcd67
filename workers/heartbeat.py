"""The file that tells that this process lives and works: whoever looks after it looks at the file's age."""

from core.settings.container import ContainerSettings


def renew() -> None:
    """Renew the file of this process, where the settings name one."""
    path = ContainerSettings.current().heartbeat_file
    if path is not None:
        path.touch()
