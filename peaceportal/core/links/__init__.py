"""Web addresses that records lead to: where they stand, whether they answer, and who is told."""
