"""Differential privacy: queries with exact integer noise, one budget for each data set, synthetic tables, private training."""
