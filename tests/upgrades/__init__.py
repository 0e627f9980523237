"""Sites of released versions, as rows: each is brought up to date by the tests here.

At each release, with the site of that version filled:

    python -m tests.upgrades.dump > tests/upgrades/0.1.0.json.gz

The program needs Django alone, so that it runs in older code, too: copy it there.
"""
