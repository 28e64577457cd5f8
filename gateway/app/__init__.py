"""The composition root: from a configuration to a running gateway. The one place that chooses concrete classes."""

from gateway.app.gateway import Gateway
from gateway.app.parts import CannotStart

__all__ = ["CannotStart", "Gateway"]
