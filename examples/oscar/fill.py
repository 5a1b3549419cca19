"""Fills an empty, migrated Oscar database through Oscar's own code. The same rows each time."""

import argparse
import logging
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")

import django  # noqa: E402

django.setup()
logging.disable(logging.CRITICAL)

from django.contrib.auth.models import AnonymousUser, User  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from shop import lives  # noqa: E402
from shop.goods import Goods  # noqa: E402

Order = lives.Order


@transaction.atomic
def fill(count):
    """Makes the shop and `count` customers."""
    goods = Goods()
    goods.staff = lives.staff(goods)
    users = [lives.register(number) for number in range(count)]
    for number, user in enumerate(users):
        lives.live(number, user, goods)
    for number in range(max(10, count // 4)):
        lives.guest_order(number, goods)
    reviews = []
    for number, product in enumerate(goods.products * (1 + count // 40)):
        taken = product.reviews.filter(user=users[number * 5 % count]).exists()
        user = None if taken or number % 6 == 5 else users[number * 5 % count]
        reviews.append(lives.review(user, product, number))
    for number, review in enumerate(reviews):
        for voter in {users[(number * 3) % count], users[(number * 7 + 1) % count], users[0]}:
            if voter != review.user:
                (review.vote_down if number % 4 == 3 else review.vote_up)(voter)
    for number, user in enumerate(users):
        if number % 2 == 0:
            near = users[(number + 1) % count].email.upper() if number % 4 == 0 else users[(number + 3) % count].email
            lives.wish(user, [near, "friend@elsewhere.example", users[0].email], goods, number // 2)
    for number in range(3):
        lives.fill_basket(AnonymousUser(), goods, lives.BasketModel.objects.create())
        lives.ProductAlert.objects.create(email=lives.person_of_guest(number + 1), product=goods.products[number])
    # An alert in other letters than the account's: the same mailbox all the same.
    lives.ProductAlert.objects.create(email="ADA.Lovelace@Oscar.Example", product=goods.products[2])
    # The staff member who shops here too.
    lives.live(count, goods.staff[1], goods)
    lives.work(goods, users)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=300, help="how many customers (at least 20)")
    count = max(20, parser.parse_args().users)
    fill(count)
    tables = len(connection.introspection.table_names())
    print(f"{tables} tables, {User.objects.count()} users, {Order.objects.count()} orders")


if __name__ == "__main__":
    main()
