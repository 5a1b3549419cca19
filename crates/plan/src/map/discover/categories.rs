//! What a column holds, guessed from its name and kind.

use exeunt_base::Kind;
use exeunt_source::catalog::{Column, Table};

use crate::map::discover::words::{noun, singular, words};

/// A guess about a column.
pub(super) struct Guess {
    pub(super) category: &'static str,
    /// Nothing better than a general answer was found.
    pub(super) generic: bool,
    pub(super) computed: bool,
    pub(super) hidden: bool,
    pub(super) note: Option<&'static str>,
}

/// Whether the column alone gives away that the table holds people's data.
pub(super) fn is_telling(table: &Table, column: &Column) -> bool {
    let guess = guess(table, column, false);
    let telling = [
        "user.contact",
        "user.name",
        "user.demographic",
        "user.financial",
        "user.government_id",
        "user.health",
    ];
    !guess.generic && telling.iter().any(|prefix| guess.category.starts_with(prefix))
}

pub(super) fn is_email(column: &Column) -> bool {
    let words = words(column.name.as_str());
    let named =
        words.iter().any(|word| matches!(word.as_str(), "email" | "mail" | "emailaddress" | "mailaddress"));
    let apart = words.windows(2).any(|pair| pair[0] == "e" && pair[1] == "mail");
    let about = [
        "template",
        "subject",
        "body",
        "type",
        "status",
        "format",
        "token",
        "hash",
        "verified",
        "count",
        "id",
        "filter",
        "segment",
        "domain",
        "server",
        "host",
        "provider",
        "list",
        "header",
        "footer",
        "signature",
        "text",
        "html",
        "title",
        "enabled",
        "settings",
    ];
    let other = words.last().is_some_and(|last| about.contains(&last.as_str()));
    is_text(&column.kind) && (named || apart) && !other
}

/// An e-mail address under which mail is sent or answered: it tells nobody's row.
pub(super) fn is_ours(column: &Column) -> bool {
    let ours = [
        "sender",
        "from",
        "reply",
        "replyto",
        "noreply",
        "bounce",
        "support",
        "smtp",
        "notification",
        "default",
    ];
    words(column.name.as_str()).iter().any(|word| ours.contains(&word.as_str()))
}

pub(super) fn is_phone(column: &Column) -> bool {
    let words = words(column.name.as_str());
    let named = ["phone", "mobile", "telephone", "tel", "cell", "cellphone", "phonenumber", "msisdn"];
    let about = ["type", "verified", "code", "country", "status", "id"];
    let other = words.last().is_some_and(|last| about.contains(&last.as_str()));
    matches!(column.kind, Kind::Text { .. } | Kind::Any | Kind::Integer { .. } | Kind::Decimal { .. })
        && words.iter().any(|word| named.contains(&word.as_str()))
        && !other
}

pub(super) fn is_text(kind: &Kind) -> bool {
    match kind {
        Kind::Text { .. } | Kind::Any => true,
        Kind::Other(name) => name.contains("citext"),
        _ => false,
    }
}

pub(super) fn guess(table: &Table, column: &Column, is_person: bool) -> Guess {
    let sure = |category| Guess { category, generic: false, computed: false, hidden: false, note: None };
    let general = |category| Guess { generic: true, ..sure(category) };
    let secret = |category, note| Guess { hidden: true, note: Some(note), ..sure(category) };
    let words = words(column.name.as_str());
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let joined = words.join("_");
    let is = |wanted: &[&str]| wanted.contains(&joined.as_str());
    let ends = |wanted: &[&str]| words.last().is_some_and(|word| wanted.contains(&word.as_str()));
    let text = is_text(&column.kind);
    let dated = matches!(column.kind, Kind::Date | Kind::Timestamp { .. } | Kind::Time);

    if text
        && (has(&["password", "passwd", "pwd", "passphrase"])
            || ends(&["pass"])
            || is(&["salt", "password_digest"]))
    {
        return secret("user.authorization.password", "named like a password");
    }
    let secrets = ["token", "secret", "otp", "totp", "apikey"];
    let keys = [
        "api_key",
        "session_key",
        "session_data",
        "activation_key",
        "user_activation_key",
        "auth_key",
        "private_key",
    ];
    if !matches!(column.kind, Kind::Bool)
        && !dated
        && (has(&secrets) || is(&keys))
        && !ends(&["type", "id", "count"])
    {
        return secret("user.authorization.credentials", "named like a secret");
    }
    if is_email(column) {
        return sure("user.contact.email");
    }
    if has(&["fax"]) && text {
        return sure("user.contact.fax_number");
    }
    if is_phone(column) {
        return sure("user.contact.phone_number");
    }
    if matches!(column.kind, Kind::Inet)
        || text
            && (ends(&["ip", "ipaddress", "ipaddr"])
                || is(&["ip_address", "ip_addr", "remote_addr", "ip"])
                || joined.ends_with("_ip_address"))
    {
        return sure("user.device.ip_address");
    }
    if dated || text || matches!(column.kind, Kind::Integer { .. }) {
        let born = has(&["birth", "birthday", "birthdate", "dob", "born", "bday"]);
        if born && !has(&["place", "city", "country"]) {
            return sure("user.demographic.date_of_birth");
        }
    }
    let wordy = text || matches!(column.kind, Kind::Enum(_));
    let telling = wordy.then(|| texts(&joined, &words, &noun(table.name.name.as_str()), is_person)).flatten();
    if let Some(category) = telling {
        return sure(category);
    }
    if text && has(&["agent"]) && has(&["user"]) || is(&["browser"]) {
        return sure("user.device");
    }
    if ends(&["latitude", "longitude", "lat", "lng", "lon", "geolocation", "coordinates"]) {
        return sure("user.location.precise");
    }
    if has(&["iban", "bic", "swift"]) || text && has(&["bank"]) && has(&["account", "number"]) {
        return sure("user.financial.bank_account");
    }
    if text
        && (has(&["card", "cc"]) && ends(&["number", "num", "digits", "last4", "pan"])
            || is(&["credit_card", "last4", "pan"])
            || is(&["number"]) && of_cards(table))
    {
        return sure("user.financial.credit_card");
    }
    if has(&["salary", "income", "wage"]) {
        return sure("user.financial");
    }
    if !(has(&["score"]) && holds_opinions(table))
        && has(&["score", "ltv", "propensity", "predicted", "segment", "churn", "cluster"])
    {
        return Guess {
            computed: true,
            note: Some("named like something worked out about the person"),
            ..sure("user.behavior")
        };
    }
    if dated
        && has(&["login", "seen", "visit", "visited", "active", "activity", "signin", "access", "accessed"])
    {
        return sure("user.behavior");
    }
    if dated
        || is(&[
            "version",
            "lock_version",
            "position",
            "sort",
            "sort_order",
            "ordering",
            "revision",
            "row_version",
        ])
    {
        return general("system.operations");
    }
    if ends(&["id", "uuid", "guid"]) {
        return general("user.unique_id");
    }
    match column.kind {
        Kind::Bool => general("user.settings"),
        Kind::Text { .. } | Kind::Json | Kind::Any | Kind::Array(_) => general("user.content"),
        Kind::Bytes => general("user.content"),
        _ if has(&["price", "amount", "total", "subtotal", "quantity", "qty", "paid", "tax", "discount"]) => {
            general("user.behavior.purchase_history")
        }
        _ => general("user"),
    }
}

/// `bankcards`, `credit_cards`: their `number` is what it says.
fn of_cards(table: &Table) -> bool {
    let table = words(table.name.name.as_str()).concat();
    ["bankcard", "creditcard", "debitcard", "paymentcard"].iter().any(|card| table.contains(card))
}

/// A score in here was given by the person, not worked out about them.
fn holds_opinions(table: &Table) -> bool {
    let table = words(table.name.name.as_str());
    let given = |word: &String| {
        let ends = ["review", "rating", "survey", "vote", "feedback"];
        ends.iter().any(|end| singular(word).ends_with(end))
    };
    table.iter().any(given)
}

/// Text columns with a telling name.
fn texts(joined: &str, words: &[String], noun: &str, is_person: bool) -> Option<&'static str> {
    let is = |wanted: &[&str]| wanted.contains(&joined);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let ends = |wanted: &[&str]| words.last().is_some_and(|word| wanted.contains(&word.as_str()));
    let named = ends(&["name"]);
    let of_person = has(&[
        "full",
        "display",
        "real",
        "contact",
        "customer",
        "user",
        "recipient",
        "ship",
        "shipping",
        "bill",
        "billing",
        "sender",
        "author",
        "holder",
        "person",
        "owner",
        "client",
        "guest",
        "patient",
        "employee",
        "member",
        "buyer",
    ]);
    let place = matches!(noun, "country" | "currency" | "language" | "state" | "city");
    Some(match () {
        () if is(&["first_name", "firstname", "given_name", "givenname", "forename", "fname"])
            || named && has(&["first", "given"]) =>
        {
            "user.name.first"
        }
        () if is(&["last_name", "lastname", "surname", "family_name", "familyname", "lname"])
            || named && has(&["last", "family"]) =>
        {
            "user.name.last"
        }
        () if is(&[
            "username",
            "user_name",
            "login",
            "user_login",
            "screen_name",
            "handle",
            "login_name",
            "nickname",
            "user_nicename",
        ]) =>
        {
            "user.account.username"
        }
        () if is(&[
            "fullname",
            "full_name",
            "display_name",
            "displayname",
            "realname",
            "middle_name",
            "maiden_name",
            "initials",
        ]) =>
        {
            "user.name"
        }
        () if named && of_person => "user.name",
        () if joined == "name" && (is_person || matches!(noun, "profile" | "contact" | "recipient")) => {
            "user.name"
        }
        () if ends(&["author"]) => "user.name",
        () if place => return None,
        () if has(&["street", "address1", "address2", "addr1", "addr2", "line1", "line2", "housenumber"])
            || has(&["address", "addr"]) && ends(&["1", "2", "line"]) =>
        {
            "user.contact.address.street"
        }
        () if ends(&["city", "town", "suburb"]) => "user.contact.address.city",
        () if ends(&["zip", "zipcode", "postcode", "postalcode", "plz"])
            || joined.ends_with("postal_code")
            || joined.ends_with("zip_code")
            || joined.ends_with("post_code") =>
        {
            "user.contact.address.postal_code"
        }
        () if ends(&["country"]) || joined.ends_with("country_code") || joined.ends_with("country_name") => {
            "user.contact.address.country"
        }
        () if ends(&["province", "county"])
            || ends(&["state", "region"])
                && matches!(noun, "address" | "customer" | "user" | "person" | "contact") =>
        {
            "user.contact.address.state"
        }
        () if ends(&["address", "addr"]) => "user.contact.address",
        () if has(&["gender", "sex", "salutation", "pronouns"]) => "user.demographic.gender",
        () if ends(&["language", "locale", "lang"]) => "user.demographic.language",
        () if has(&["marital"]) => "user.demographic.marital_status",
        () if has(&["nationality", "citizenship"]) => "user.demographic.citizenship_or_immigration_status",
        () if has(&["religion"]) => "user.demographic.religious_belief",
        () if has(&["ethnicity", "race"]) => "user.demographic.race_ethnicity",
        () if has(&["ssn", "nin"]) || has(&["national"]) && ends(&["id", "number"]) => {
            "user.government_id.national_identification_number"
        }
        () if has(&["passport"]) => "user.government_id.passport_number",
        () if has(&["tax", "vat"]) && ends(&["id", "number", "no"]) => "user.government_id",
        () if has(&["license", "licence"]) && has(&["driver", "drivers", "driving"]) => {
            "user.government_id.drivers_license_number"
        }
        () if has(&["diagnosis"]) => "user.health.medical_diagnosis",
        () if has(&["medication", "medications"]) => "user.health.medications",
        () if has(&["allergy", "allergies", "symptom", "symptoms", "disability"]) => "user.health.condition",
        () if ends(&["website", "homepage", "twitter", "facebook", "linkedin", "github", "instagram"]) => {
            "user.contact.social_url"
        }
        () if has(&["avatar", "photo", "picture", "selfie"]) => "user.content.self_image",
        () if is(&["job_title", "occupation", "profession", "job"]) => {
            "user.professional_information.job_title"
        }
        () if ends(&["company", "employer"]) || joined == "company_name" => {
            "user.professional_information.workplace"
        }
        () if ends(&["bio", "biography", "signature"]) || joined == "about" || joined == "about_me" => {
            "user.demographic.profile"
        }
        () if ends(&["timezone"])
            || joined.ends_with("time_zone")
            || has(&["theme", "preference", "preferences"]) =>
        {
            "user.settings"
        }
        () if is(&["user_agent", "useragent", "http_user_agent", "comment_agent"]) => "user.device",
        () if has(&["cookie"]) => "user.device.cookie",
        () => return None,
    })
}
