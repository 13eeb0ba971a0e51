"""Facts, lineage and exposure resolved; every threat type asked of every place."""
