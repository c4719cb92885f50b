"""One session of the service, sans-I/O: its rules, turns, answers and bill."""
