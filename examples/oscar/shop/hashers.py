"""Passwords in the usual form, at a hundredth of the usual cost."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class OneRound(PBKDF2PasswordHasher):
    """PBKDF2 as Django writes it, with one round."""

    iterations = 1
