"""Measurements of the house against recordings of others: accuracy. Not shipped with the program."""
