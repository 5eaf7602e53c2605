"""One recording at a time, and everybody who looks at it. docs/app-server.md has the whole."""
