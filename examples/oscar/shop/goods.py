"""What the shop sells, to whom it ships, and what it says: no person in here."""

import datetime
from decimal import Decimal

from django.contrib.auth.models import Group, Permission
from oscar.core.loading import get_class, get_model
from oscar.test import factories

Country = get_model("address", "Country")
EventType = get_model("communication", "CommunicationEventType")
Option = get_model("catalogue", "Option")
PaymentEventType = get_model("order", "PaymentEventType")
Product = get_model("catalogue", "Product")
ShippingEventType = get_model("order", "ShippingEventType")
SourceType = get_model("payment", "SourceType")
create_from_breadcrumbs = get_class("catalogue.categories", "create_from_breadcrumbs")

COUNTRIES = [
    ("DE", "DEU", "276", "Germany"),
    ("FR", "FRA", "250", "France"),
    ("GB", "GBR", "826", "United Kingdom"),
    ("IE", "IRL", "372", "Ireland"),
    ("JP", "JPN", "392", "Japan"),
    ("PL", "POL", "616", "Poland"),
]

TITLES = [
    "The Analytical Engine",
    "A Field Guide to Moths",
    "Soup",
    "Harbor Lights",
    "Bread & Roses",
    'The "Quoted" Novel',
    "Ünïcode für Anfänger",
    "Night Train to Łódź",
    "猫の本",
    "100% Wool: a Love Story",
    "O'Malley's Last Case",
    "Small Gardens",
]


class Goods:
    """Everything orders are made of."""

    def __init__(self):
        for a2, a3, number, name in COUNTRIES:
            Country.objects.create(
                iso_3166_1_a2=a2,
                iso_3166_1_a3=a3,
                iso_3166_1_numeric=number,
                name=name,
                printable_name=name,
                is_shipping_country=True,
            )
        self.countries = list(Country.objects.order_by("pk"))
        # Oscar's option for text that the customer writes: it becomes a basket line's, then an order line's attribute.
        self.engraving = Option.objects.create(name="Engraving", code="engraving", type=Option.TEXT)
        self.products = [self._product(number, title) for number, title in enumerate(TITLES)]
        for title in ("Fiction > Crime", "Fiction > Love", "Other"):
            category = create_from_breadcrumbs(title)
            for product in self.products[category.pk % 3 :: 3]:
                product.categories.add(category)
        self.voucher = factories.create_voucher(
            name="Ten for you",
            code="TENFORYOU",
            start_datetime=datetime.datetime(2010, 1, 1, tzinfo=datetime.timezone.utc),
            end_datetime=datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc),
        )
        self.voucher.offers.update(
            start_datetime=datetime.datetime(2010, 1, 1, tzinfo=datetime.timezone.utc),
            end_datetime=datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc),
        )
        self.shipped = ShippingEventType.objects.create(name="Shipped")
        self.settled = PaymentEventType.objects.create(name="Settled")
        self.card = SourceType.objects.create(name="Card")
        EventType.objects.create(code="ORDER_PLACED", name="Order placed")
        self.support = Group.objects.create(name="Support")
        self.support.permissions.set(Permission.objects.filter(content_type__app_label="order").order_by("pk")[:8])

    def _product(self, number, title):
        product = factories.create_product(
            upc=f"978{number:010}",
            title=title,
            product_class="Book",
            price=Decimal(5 + 3 * number) + Decimal("0.99"),
            num_in_stock=100_000,
            partner_name="Publisher & Sons" if number % 2 else "Another's Press",
            partner_sku=f"sku-{number}",
        )
        if number % 3 == 0:
            product.product_options.add(self.engraving)
        return Product.objects.get(pk=product.pk)
