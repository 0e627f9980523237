"""The forms in which a query or a record is had by programs: what all of them have in common."""
