"""The errors: one base, and a child for each thing that the reader can do about it."""


class IncidentlabError(Exception):
    """Something the reader can act on: the message says what was wrong, where, and what to do next."""


class BadInput(IncidentlabError):
    """The evidence given cannot be used: not there, not readable, not what it claims to be."""


class BadTable(IncidentlabError):
    """A frame does not fit the table that it was offered as: a mistake in a program, not in the evidence."""


class EngineTrouble(IncidentlabError):
    """The Docker Engine or Compose could not be asked: not running, no permission, no such project."""


class BadParameter(IncidentlabError):
    """A notebook or command parameter is unknown or has the wrong type."""
