"""How events leave: build, judge the address, send, read the outcome, decide what follows. See webhooks_delivery."""
