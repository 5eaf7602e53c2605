"""How the sensors sit on the body, learned from the recording itself."""
