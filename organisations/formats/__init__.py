"""Organisations as programs read them."""
