"""The process and its machine: heartbeats, the event queue, the screen worker, power, reboot, self-test."""
