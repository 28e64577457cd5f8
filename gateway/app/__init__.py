"""The composition root: from a configuration to a running gateway. The one place that chooses concrete classes.

Nothing is loaded here: what says only what a configuration means must not wait for what runs a gateway.
"""
