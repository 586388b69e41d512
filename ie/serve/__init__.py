"""Servers: so far the one that Label Studio asks for predictions (its ML backend)."""
