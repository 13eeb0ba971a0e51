"""What needs ratings: questions worth asking and attack paths."""
