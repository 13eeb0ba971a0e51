"""What scanners and measurements said: where it belongs, and what it does to facts, threats and controls."""
