"""The therapist's app: pages, API and live data behind one door, one recording at a time."""
