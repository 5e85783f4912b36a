"""Exercises of notebook 16."""
