"""The system under review: elements, flows, boundaries, data, decisions, and the words they are told in."""
