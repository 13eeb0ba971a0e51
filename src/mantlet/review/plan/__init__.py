"""What to do first: the controls and avoidances that remove most risk for the effort."""
