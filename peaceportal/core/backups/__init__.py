"""Backups of the whole site: its database, its media, its settings.

The database is copied first, then the media. A file is stored before the row that names it is
committed, files of records are never deleted, and no name is given twice: so every file that the
copied database names is there when its turn comes. What was added meanwhile is one file too many,
never one too few.

A backup is one tar file that any tool opens: the database, `media/…`, `settings.env`, a manifest
with the size and SHA-256 of each, and last the SHA-256 of the manifest: a backup that was cut off
lacks it. Secrets are in a file beside it.

    archive      the file: written in one stream, read and checked
    making       a backup of this site
    restoring    this site from a backup: all checked and prepared first
    placing      what was prepared takes the place of the site, in steps that a journal notes
    known        that there was a site here, whose database must not be begun anew
"""
