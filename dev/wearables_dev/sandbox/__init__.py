"""A WHOOP for development: OAuth, the v2 API with its limits, and invented athletes whose metrics are known."""

from wearables_dev.sandbox.server import running
from wearables_dev.sandbox.world import World

__all__ = ["World", "running"]
