"""What the person does: stands, sits, walks, turns."""
