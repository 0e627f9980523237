"""Bringing in tables: a reader of rows, a mapping, a planner, a writer and a report.

`reading` gives the rows of a file, `mapping` says what its columns mean, `rows` makes of a row what
it wants, `planning` compares that with what is there, `writing` saves it, and `running` does all
of this twice: first to see that every row can be taken, then to take them. What kind of page is
imported says a `Shape`, which the app of that page makes.
"""
