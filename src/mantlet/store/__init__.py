"""Model files read, edited in place and written."""
