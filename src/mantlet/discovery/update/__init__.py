"""What discovery proposes, brought into a model that people have worked on: found again by key, compared three ways, accepted item by item."""
