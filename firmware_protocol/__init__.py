"""The wire between node and host: frames, messages, GATT profile, a virtual node."""
