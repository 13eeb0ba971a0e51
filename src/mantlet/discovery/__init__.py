"""Read a repository, without running any of it, and propose its entities and flows with the line that shows each."""
