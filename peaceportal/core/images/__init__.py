"""Pictures: which are taken, what is kept of them, and what readers are sent.

A photograph tells where and when it was taken and with what device, and may hold an older state
of itself; for people who work for peace that can be a danger. What is not kept cannot get out, not
from a backup either: of an upload only its pixels are stored, upright and in the colours of the
web. And the stored file is never sent to readers, who get lighter copies made from its pixels:
a file that a restore or somebody's hand put into the folder may still hold what a camera wrote.

django-imagefield makes those copies. It makes none by its signal, which would fail where a fixture
names a file that is not there, but when a saved picture is committed, and when a copy is asked for
that is missing. Its own widget and command are not used: the one shows copies at addresses that
do not answer for drafts, the other would count every event with a picture as changed.
"""

from peaceportal.core.images.fields import COPIES, HALF, PAGE, Copy, PictureField, PictureFile
from peaceportal.core.images.pixels import MOST_MEGABYTES, MOST_PIXELS

__all__ = [
    "COPIES",
    "HALF",
    "MOST_MEGABYTES",
    "MOST_PIXELS",
    "PAGE",
    "Copy",
    "PictureField",
    "PictureFile",
]
