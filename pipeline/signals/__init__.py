"""Arrays and streams: what every stage is made of."""
