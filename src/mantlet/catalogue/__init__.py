"""What is known about failing: threat types, controls, frameworks and the vocabulary, as data."""
