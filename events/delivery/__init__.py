"""How events leave: build, judge the address, send, read the outcome, decide what follows.

docs/reference/contracts/webhooks_delivery.md.
"""
