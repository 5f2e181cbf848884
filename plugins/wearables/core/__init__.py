"""What every other package builds on: errors, settings, integration files, the warehouse and its schema."""
