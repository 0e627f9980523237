"""Two records of one page made into one, and two again: nothing is erased, all of it goes back."""
