"""Running systems: which ports answer, how they encrypt, what they tell and whom they ask for a login."""
