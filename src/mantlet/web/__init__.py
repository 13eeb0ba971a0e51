"""The workbench: a local server on a model file, its API, and the editor in the browser."""
