"""What people do in a shop, each deed by Oscar's own code."""

import datetime
import json
from decimal import Decimal

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore
from oscar.apps.analytics.receivers import receive_basket_addition, receive_product_search, receive_product_view
from oscar.core.loading import get_class, get_model

from shop.fixed import clock, dice
from shop.people import person, street

BasketModel = get_model("basket", "Basket")
Bankcard = get_model("payment", "Bankcard")
BillingAddress = get_model("order", "BillingAddress")
Email = get_model("communication", "Email")
Order = get_model("order", "Order")
ProductAlert = get_model("customer", "ProductAlert")
ProductReview = get_model("reviews", "ProductReview")
ShippingAddress = get_model("order", "ShippingAddress")
Source = get_model("payment", "Source")
Upload = get_model("offer", "RangeProductFileUpload")
UserAddress = get_model("address", "UserAddress")
WishList = get_model("wishlists", "WishList")
AlertsDispatcher = get_class("customer.alerts.utils", "AlertsDispatcher")
Applicator = get_class("offer.applicator", "Applicator")
CustomerDispatcher = get_class("customer.utils", "CustomerDispatcher")
Dispatcher = get_class("communication.utils", "Dispatcher")
EmailUserCreationForm = get_class("customer.forms", "EmailUserCreationForm")
EventHandler = get_class("order.processing", "EventHandler")
OrderCreator = get_class("order.utils", "OrderCreator")
OrderDispatcher = get_class("order.utils", "OrderDispatcher")
OrderTotals = get_class("checkout.calculators", "OrderTotalCalculator")
Free = get_class("shipping.methods", "Free")
OrderPlacement = get_class("checkout.mixins", "OrderPlacementMixin")
Selector = get_class("partner.strategy", "Selector")

FIRST_DAY = datetime.date(2013, 2, 1)
LAST_DAY = datetime.date(2026, 10, 31)


def some_day(since=FIRST_DAY):
    """A day between two others."""
    return since + datetime.timedelta(days=dice.randrange((LAST_DAY - since).days))


def register(number):
    """Signs a person up through Oscar's registration form, with the welcome e-mail."""
    first, last, email = person(number)
    clock.set(FIRST_DAY if number == 0 else some_day() - datetime.timedelta(days=400))
    form = EmailUserCreationForm(data={"email": email, "password1": "correct horse 7", "password2": "correct horse 7"})
    assert form.is_valid(), form.errors
    user = form.save()
    user.first_name, user.last_name = first, last
    user.date_joined = clock.now()
    if number % 5:
        user.last_login = clock.now()
    user.save()
    CustomerDispatcher().send_registration_email_for_user(user, {"user": user})
    return user


def address_of(number, user, goods):
    """An entry of the person's address book."""
    line1, line2, city, postcode = street(number)
    return UserAddress.objects.create(
        user=user,
        title="Dr" if number % 6 == 0 else "",
        first_name=user.first_name or "(none)",
        last_name=user.last_name,
        line1=line1,
        line2=line2,
        line4=city,
        postcode=postcode,
        country=goods.countries[number % len(goods.countries)],
        phone_number=f"+4930{1000000 + number}" if number % 4 == 0 else "",
        notes="Ring twice 🔔\nnot the blue door; \"careful\"" if number % 9 == 0 else "",
        is_default_for_shipping=True,
    )


def fill_basket(user, goods, basket, most=3):
    """Puts products in as the basket view does, telling analytics."""
    basket.strategy = Selector().strategy(user=user)
    for product in dice.sample(goods.products, dice.randint(1, most)):
        options = []
        if product.product_options.exists() and dice.random() < 0.7:
            words = f"For {user.first_name} \U0001f381 \"always\"\nyours" if user.pk else "For you"
            options = [{"option": goods.engraving, "value": words}]
        basket.add_product(product, quantity=dice.randint(1, 3), options=options)
        receive_basket_addition(None, product=product, user=user)
    return basket


def check_out(goods, user, shipping, billing=None, guest="", day=None):
    """Places an order as the checkout does: basket, addresses, payment, order, e-mail, shipping."""
    clock.set(day or some_day())
    basket = BasketModel.objects.create(owner=user if user.pk else None)
    fill_basket(user, goods, basket)
    if dice.random() < 0.3:
        basket.vouchers.add(goods.voucher)
    Applicator().apply(basket, user)
    placement = OrderPlacement()
    shipping = placement.create_shipping_address(user, shipping)
    billing = placement.create_billing_address(user, billing)
    details = {"guest_email": guest} if guest else {}
    basket.freeze()
    method = Free()
    charge = method.calculate(basket)
    order = OrderCreator().place_order(
        basket, OrderTotals().calculate(basket, charge), method, charge, user, shipping, billing, **details
    )
    basket.submit()
    # `date_placed` is when the row is saved, unless told; Oscar takes ours from the clock.
    source = Source.objects.create(order=order, source_type=goods.card, currency=order.currency, label="XXXX-XXXX-XXXX-1111")
    source.allocate(order.total_incl_tax, reference=f"auth-{order.pk}")
    OrderDispatcher().send_order_placed_email_for_user(order, {"user": user, "order": order, "lines": order.lines.all()})
    handler = EventHandler(user=goods.staff[0])
    lines = list(order.lines.all())
    counts = [line.quantity for line in lines]
    if dice.random() < 0.8:
        handler.handle_order_status_change(order, "Being processed", note_msg=f"Called {guest or user.email}: \"ship it\"")
        handler.handle_shipping_event(order, goods.shipped, lines, counts, reference=f"left with {order.shipping_address.first_name}")
        handler.handle_payment_event(order, goods.settled, order.total_incl_tax, lines, counts, reference=f"set-{order.pk}")
        source.debit(reference=f"debit-{order.pk}")
        handler.handle_order_status_change(order, "Complete")
    return order


def shipping_of(book):
    """A shipping address copied from the address book, as the checkout does."""
    address = ShippingAddress()
    book.populate_alternative_model(address)
    return address


def billing_of(book):
    """A billing address copied from the address book."""
    address = BillingAddress()
    book.populate_alternative_model(address)
    return address


def live(number, user, goods):
    """What one customer leaves behind."""
    book = address_of(number, user, goods)
    for _ in range(dice.randint(0, 3) if number else 4):
        billing = billing_of(book) if dice.random() < 0.6 else None
        check_out(goods, user, shipping_of(book), billing)
    if number % 3 == 0:
        Bankcard(user=user, number="4111111111111111", name=user.get_full_name(), expiry_date=datetime.date(2028, 12, 31)).save()
    clock.set(some_day(datetime.date(2025, 1, 1)))
    if number % 2 == 0:
        fill_basket(user, goods, BasketModel.objects.create(owner=user))
    for product in dice.sample(goods.products, 2):
        receive_product_view(None, product=product, user=user)
    receive_product_search(None, query=dice.choice(["soup", "'; --", "🐈", "gifts for " + user.first_name]), user=user)
    if number % 4 == 1 or number == 0:
        ProductAlert.objects.create(user=user, product=dice.choice(goods.products))
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["checkout_data"] = {"shipping": {"new_address_fields": {"line1": book.line1}}}
    if number % 3 != 1:
        session.create()


def review(user, product, number):
    """A review in the person's own name, or one that only knows an address."""
    clock.set(some_day(datetime.date(2020, 1, 1)))
    own = {"user": user} if user else {"name": "Passer-by", "email": person_of_guest(number), "homepage": "https://me.example/"}
    body = "Fine.\n\n\"Great\", he's said; 5/5 👍" if number % 2 else f"Signed, {user.get_full_name() if user else 'me'}"
    return ProductReview.objects.create(product=product, score=number % 6, title=f"Review {number}", body=body, **own)


def wish(user, others, goods, number):
    """A wish list, sometimes shared with others: by address, known to the shop or not."""
    seen = [WishList.PRIVATE, WishList.SHARED, WishList.PUBLIC][number % 3]
    wishes = WishList.objects.create(owner=user, name=f"{user.first_name}'s list", visibility=seen)
    for product in dice.sample(goods.products, 3):
        wishes.add(product)
    if seen == WishList.SHARED:
        for other in others:
            wishes.shared_emails.create(email=other)


def person_of_guest(number):
    """A guest's e-mail address; the third guest writes hers in capitals now and then."""
    return "Guest.3@Oscar.Example" if number % 10 == 3 else f"guest.{number % 10}@oscar.example"


def guest_order(number, goods):
    """An order without an account: the shop knows the person by nothing but the address."""
    line1, line2, city, postcode = street(number)
    shipping = ShippingAddress(
        first_name="Guest", last_name=f"No. {number % 10}", line1=line1, line2=line2, line4=city, postcode=postcode,
        country=goods.countries[0], phone_number="+493012345678",
    )
    order = check_out(goods, AnonymousUser(), shipping, guest=person_of_guest(number))
    Email.objects.create(email=person_of_guest(number), subject=f"Your order {order.number}", body_text="Thank you, Guest!")


def staff(goods):
    """Two people who work here, one of whom shops here too."""
    found = []
    for name in ("grace", "linus"):
        clock.set(FIRST_DAY)
        user = User.objects.create_user(name, f"{name}@staff.oscar.example", "correct horse 7", first_name=name.title())
        user.is_staff = True
        user.date_joined = user.last_login = clock.now()
        user.save()
        user.groups.add(goods.support)
        user.user_permissions.set(goods.support.permissions.order_by("pk")[:2])
        found.append(user)
    return found


def work(goods, users):
    """What the staff does: log entries on people, notices to them, uploads, a partner's login."""
    first, second = goods.staff
    for number, user in enumerate(users):
        clock.set(some_day(datetime.date(2024, 1, 1)))
        if number % 4 == 0:
            said = json.dumps([{"changed": {"fields": ["Email address"]}}])
            LogEntry.objects.log_actions(first.pk, [user], CHANGE, said, single_object=True)
        if number % 5 == 0:
            Dispatcher().notify_user(user, f"Dear {user.first_name}", body="Your \"points\" expire.\n— the shop", sender=second)
        if number % 6 == 0:
            Dispatcher().notify_user(first, "Question", body=f"{user.get_full_name()} asks", sender=user)
    for product in goods.products[:3]:
        LogEntry.objects.log_actions(second.pk, [product], ADDITION, "[{\"added\": {}}]", single_object=True)
    whole = goods.voucher.offers.get().condition.range
    Upload.objects.create(range=whole, filepath="/srv/uploads/skus.csv", size=7, uploaded_by=second)
    goods.products[0].stockrecords.get().partner.users.add(first)
    # The shop's own product-alert run: closes some alerts, notifies and writes e-mails.
    AlertsDispatcher().send_product_alert_email_for_user(goods.products[1])


def total(orders):
    """What was sold, for the last line the fill prints."""
    return sum((order.total_incl_tax for order in orders), Decimal("0.00"))
