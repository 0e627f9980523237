"""Drills: whole stories of trouble, each told by a program that ends with figures.

They take minutes, so they are no tests; each has a small version in the suite. `make drills`.
"""
