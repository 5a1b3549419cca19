"""Who the shop's customers are. The first ones are the ones tests and the README speak of."""

from shop.fixed import dice

FIRST = "Ada Boris Chidi Dana Emil Fatima Goran Hana Ivo Jun Kofi Lena Mika Nadia Olu Petra Quinn Rosa Sven Tea".split()
LAST = "Lovelace Byron Okoye Novak Weber Haddad Marin Sato Kral Park Mensah Fischer Laine Petrov Ade Kolar".split()

# Names that have broken software.
HOSTILE = [
    ("Robert'); DROP TABLE auth_user;--", "Tables"),
    ("Conan", "O'Brien \"the quoted\""),
    ("=HYPERLINK(\"http://x.example\")", "+1+1"),
    ("<script>alert(1)</script>", "&amp; ]]> Sons"),
    ("Zoë\u0301", "N\u0303andu\u200b"),
    ("محمد", "\u202eالعربي\u202c"),
    ("👩🏽\u200d🚀", "🏳️\u200d🌈"),
    ("\\", "%s {0} ${HOME} `id`"),
    ("NULL", "null"),
    ("", ""),
]


def person(number):
    """First name, last name and e-mail address of the person of that number, from 0."""
    if number == 0:
        return "Ada", "Lovelace", "ada.lovelace@oscar.example"
    if number <= len(HOSTILE):
        first, last = HOSTILE[number - 1]
        return first, last, f"hostile.{number}+tag@oscar.example"
    first, last = dice.choice(FIRST), dice.choice(LAST)
    # Every seventh writes the address in mixed case: the domain is folded by Oscar, the local part is not.
    local = f"{first}.{last}" if number % 7 == 0 else f"{first}.{last}".lower()
    return first, last, f"{local}.{number}@oscar.example"


def street(number):
    """An address's first line and what follows; some of them are shared, some are odd."""
    if number % 13 == 5:
        return "c/o \"Müller\"\nHinterhof; 3. OG", "", "Köln", "50667"
    if number % 11 == 4:
        return "1 Shared Lane", "Flat 7", "Dublin", "D02 X285"
    return f"{1 + number % 200} {dice.choice(LAST)} Street", "", dice.choice(["Leeds", "Łódź", "東京", "Lyon"]), f"{10000 + number}"
