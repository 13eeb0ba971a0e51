"""Operations on a model: diff, apply, three-way merge. Everything that edits a model speaks in these."""
