"""How deep the queues are and how fast they go: noted once a minute, for whoever looks later."""
