"""A recording while it is made, or replayed as if it were: led, analysed and shown."""
