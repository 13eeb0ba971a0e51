"""Make the people of a table indistinguishable in groups: Mondrian and full-domain recoding, least loss first."""
