"""Privacy engineering that runs: find personal data, mask it, anonymise, release with differential privacy, measure what is left."""
