"""Recording a session: nodes to journal, journal to blocks as they arrive, journal to the final recording."""
