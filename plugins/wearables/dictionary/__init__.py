"""The data dictionary: read from the comments in the warehouse, so that it cannot drift; as Markdown and as a page."""
