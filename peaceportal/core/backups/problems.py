class Refused(Exception):
    """What cannot be done, and what to do instead: the sentence is for whoever runs the command."""
