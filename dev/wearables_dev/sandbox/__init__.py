"""A stand-in for WHOOP: OAuth, the v2 API with its rate limits, and invented athletes with expected metrics."""

from wearables_dev.sandbox.server import running
from wearables_dev.sandbox.world import World

__all__ = ["World", "running"]
