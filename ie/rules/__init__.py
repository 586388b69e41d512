"""The rule baseline: a document in, its annotations out, nothing learnt and nothing downloaded."""

from ie.rules.annotate import annotate

__all__ = ["annotate"]
