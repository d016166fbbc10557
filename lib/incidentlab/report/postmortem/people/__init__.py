"""What people write: human.yaml, its fields, its changes, and the check of its wording."""
