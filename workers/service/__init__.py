"""Esteira as a service of the system: a unit of systemd on Linux, a service of Windows there."""
