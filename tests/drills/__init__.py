"""What must hold when things go wrong, tried in earnest: `make drills`. No part of the tests, where
each has a small version.

Each takes minutes, starts servers and databases of its own in temporary folders, prints figures
and ends with 1 if something did not hold.
"""
