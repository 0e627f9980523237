"""How staff sign in: a password and a second factor, or a passkey alone. On django-allauth.

`gate` says who may enter, `adapters` and `forms` say how allauth behaves here, `audit` writes down
what happened, `links` makes the one-time links of invitations and forgotten passwords.
"""
