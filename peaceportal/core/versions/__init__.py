"""Versions: every change of a page, part or source is kept whole, and can be read and restored.

`core/changes.py` tells what has changed; what was kept lies in the tables of django-reversion.
"""
