"""A model's earlier versions: revisions of git, read by the program `git` as a separate process."""
