"""The commands of ``bin/wearables``."""
