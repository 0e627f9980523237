"""Search: one analysis of words, an index in the database, and what is asked of it."""
