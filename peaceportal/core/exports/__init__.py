"""All content as tables in one file, and back into an empty site.

`columns` says what stands in the table of a model, both ways; `archive` is the file itself.
Out: `writing`, of what `closure` chose where it is not all. In: `opening`, `reading`, `checking`,
`loading`, in this order.
"""
