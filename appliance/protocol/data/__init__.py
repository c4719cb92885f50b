"""Tables of the service as data files: ``languages.json`` and ``voices.json``. No code lives here."""
