"""The API: JSON under /api, described truthfully by /api/openapi.json."""
