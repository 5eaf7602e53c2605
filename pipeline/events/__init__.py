"""Initial and final contacts, from legs, thighs or the pelvis alone, and how sure each is."""
