"""What root does with the boot file and with a request of the box: key, Wi-Fi, country, name, clock's zone.

Responsible for: putting each where the machine keeps it, safely against a power cut, and again after one.
Must not: run without root, listen anywhere, or put a password or a key into any text.
"""
