"""Answers questions about a repository by walking its code."""

__version__ = "0.1.0"
