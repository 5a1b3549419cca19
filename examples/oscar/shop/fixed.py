"""Time and chance, made repeatable: the same rows on every machine.

Import this before Django's models. `timezone.now` and `secrets` are what Django and Oscar ask.
"""

import datetime
import random
import secrets
import types

from django.core import signing
from django.utils import timezone

SEED = 20261121
START = datetime.datetime(2026, 11, 1, 8, 0, tzinfo=datetime.timezone.utc)


class Clock:
    """Stands where it is put, and moves by one second a look."""

    def __init__(self):
        self.at = START

    def now(self):
        self.at += datetime.timedelta(seconds=1)
        return self.at

    def set(self, day, hour=9):
        """Puts the clock to an hour of a day."""
        self.at = datetime.datetime.combine(day, datetime.time(hour), tzinfo=datetime.timezone.utc)


clock = Clock()
dice = random.Random(SEED)
_hidden = random.Random(SEED + 1)

timezone.now = clock.now
# Sessions are signed with the time of day.
signing.time = types.SimpleNamespace(time=lambda: clock.now().timestamp())
secrets.choice = _hidden.choice
secrets.token_bytes = _hidden.randbytes
random.seed(SEED + 2)
