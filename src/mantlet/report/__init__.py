"""One report model and its renderers; the shapes of JSON output."""
