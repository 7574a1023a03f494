"""Times as "14 mai 2027 à 20:00"; Django leaves the word out."""

DATETIME_FORMAT = "j F Y à H:i"
