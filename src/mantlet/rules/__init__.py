"""The rule language: text to tree, checked, evaluated over a whole model at once, explained."""
