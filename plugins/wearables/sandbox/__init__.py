"""A WHOOP for development: OAuth, the v2 API with its limits, and invented athletes whose metrics are known."""

from wearables.sandbox.server import running
from wearables.sandbox.world import World

__all__ = ["World", "running"]
