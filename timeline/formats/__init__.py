"""Events as programs read them: one record, in every form with the same fields."""
