"""The work behind each door: tasks, API, command line and tests call these same functions."""
