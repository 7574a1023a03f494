"""The directory of focal points: which office answers for which topic in which economy."""
