"""What goes wrong with a copy, told to whoever runs the server."""


class BackupError(Exception):
    """A copy could not be made, read or put back; the message says why and names no password."""
