"""The application as granian's workers load it.

Ctrl-C reaches every process of a terminal, so each worker would hear of its end twice, from the
terminal and from its parent, and granian 2.8 sometimes hangs where the second interrupts the
first. Blocked here, Ctrl-C reaches workers through their parent alone.
"""

import signal

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

from peaceportal.wsgi import application  # noqa: E402

__all__ = ["application"]
