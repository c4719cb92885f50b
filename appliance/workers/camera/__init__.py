"""The camera worker and its feed: which pictures are taken, and when one may be sent."""
