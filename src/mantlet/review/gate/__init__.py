"""The gate: what a policy asks of a model, and what a change introduces that a person should see."""
