"""What is written to the card, and the latency figures."""
