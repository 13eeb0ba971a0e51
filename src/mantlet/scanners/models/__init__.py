"""Model files judged by their content: nothing in them is ever loaded or run."""
