"""What stands in a postmortem: each function returns one section, or the sections of one part."""
