"""Annotations at rest: what is stored beside the texts, and the tools of annotators."""
