"""Places in the code that say something about safety: loads that run code, unpinned downloads, open credentials, debug servers."""
