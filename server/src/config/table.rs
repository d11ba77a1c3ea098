//! The one list of variables: what the program accepts, what `amazoff config` prints and what `.env.example` shows.

/// One environment variable of the shop.
pub(crate) struct Variable {
    /// Its name, `AMAZOFF_…`.
    pub(crate) name: &'static str,
    /// The value that counts when it is absent; empty when there is none.
    pub(crate) default: &'static str,
    /// What it decides.
    pub(crate) meaning: &'static str,
    /// Whether its value is never shown.
    pub(crate) secret: bool,
    /// Whether only builds with the feature `fault-points` accept it.
    pub(crate) for_tests: bool,
}

impl Variable {
    const fn new(name: &'static str, default: &'static str, meaning: &'static str) -> Self {
        Self { name, default, meaning, secret: false, for_tests: false }
    }
    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
    const fn for_tests(mut self) -> Self {
        self.for_tests = true;
        self
    }
}

/// Address of the HTTP listener.
pub(crate) const LISTEN: &str = "AMAZOFF_LISTEN";
/// The data folder.
pub(crate) const DATA_DIR: &str = "AMAZOFF_DATA_DIR";
/// The transactional truth.
pub(crate) const DATABASE_URL: &str = "AMAZOFF_DATABASE_URL";
/// The read models.
pub(crate) const DOCUMENTS_URL: &str = "AMAZOFF_DOCUMENTS_URL";
/// How long a node owns the shards without renewing.
pub(crate) const LEASE_TTL_SECONDS: &str = "AMAZOFF_LEASE_TTL_SECONDS";
/// Address under which the world reaches the shop.
pub(crate) const PUBLIC_URL: &str = "AMAZOFF_PUBLIC_URL";
/// The certificate of the listener.
pub(crate) const TLS_CERT: &str = "AMAZOFF_TLS_CERT";
/// The key of the listener's certificate.
pub(crate) const TLS_KEY: &str = "AMAZOFF_TLS_KEY";
/// Cookies over HTTPS only.
pub(crate) const SECURE_COOKIES: &str = "AMAZOFF_SECURE_COOKIES";
/// E-mail address of the owner account.
pub(crate) const OWNER_EMAIL: &str = "AMAZOFF_OWNER_EMAIL";
/// Password of the owner account.
pub(crate) const OWNER_PASSWORD: &str = "AMAZOFF_OWNER_PASSWORD";
/// The key that wraps all others.
pub(crate) const MASTER_KEY: &str = "AMAZOFF_MASTER_KEY";
/// What opens `/metrics`.
pub(crate) const METRICS_TOKEN: &str = "AMAZOFF_METRICS_TOKEN";
/// Other sites whose scripts may use the API.
pub(crate) const CORS_ORIGINS: &str = "AMAZOFF_CORS_ORIGINS";
/// How often somebody may ask.
pub(crate) const RATE_LIMITS: &str = "AMAZOFF_RATE_LIMITS";
/// How many sockets and streams somebody may have open.
pub(crate) const SOCKET_LIMITS: &str = "AMAZOFF_SOCKET_LIMITS";
/// How many requests run at once.
pub(crate) const REQUESTS_MAX: &str = "AMAZOFF_REQUESTS_MAX";
/// Whose word is taken on where a request comes from.
pub(crate) const TRUSTED_PROXIES: &str = "AMAZOFF_TRUSTED_PROXIES";
/// Filter of the log.
pub(crate) const LOG: &str = "AMAZOFF_LOG";
/// Shape of the log.
pub(crate) const LOG_FORMAT: &str = "AMAZOFF_LOG_FORMAT";
/// Where the collector of logs is.
pub(crate) const OTLP_ENDPOINT: &str = "AMAZOFF_OTLP_ENDPOINT";
/// What the collector of logs is shown.
pub(crate) const OTLP_AUTHORIZATION: &str = "AMAZOFF_OTLP_AUTHORIZATION";
/// The mail server.
pub(crate) const SMTP_URL: &str = "AMAZOFF_SMTP_URL";
/// Who sends mails.
pub(crate) const MAIL_FROM: &str = "AMAZOFF_MAIL_FROM";
/// How large an uploaded picture may be, as a file.
pub(crate) const MEDIA_BYTES_MAX: &str = "AMAZOFF_MEDIA_BYTES_MAX";
/// How large an uploaded picture may be, as pixels.
pub(crate) const MEDIA_PIXELS_MAX: &str = "AMAZOFF_MEDIA_PIXELS_MAX";
/// Whether webhooks may stay on this machine.
pub(crate) const WEBHOOKS_HERE: &str = "AMAZOFF_WEBHOOKS_HERE";
/// How much catalogue an empty shop gets.
pub(crate) const SEED: &str = "AMAZOFF_SEED";
/// Slowness of the sandbox payment provider.
pub(crate) const SANDBOX_LATENCY_MS: &str = "AMAZOFF_SANDBOX_LATENCY_MS";
/// What signs the sandbox's messages.
pub(crate) const SANDBOX_WEBHOOK_SECRET: &str = "AMAZOFF_SANDBOX_WEBHOOK_SECRET";
/// How often payments are compared with what their providers say.
pub(crate) const RECONCILE_EVERY_S: &str = "AMAZOFF_RECONCILE_EVERY_S";
/// How long guests are known by their orders.
pub(crate) const GUEST_ORDERS_DAYS: &str = "AMAZOFF_GUEST_ORDERS_DAYS";
/// The secret key at Stripe.
pub(crate) const STRIPE_SECRET_KEY: &str = "AMAZOFF_STRIPE_SECRET_KEY";
/// What signs Stripe's messages.
pub(crate) const STRIPE_WEBHOOK_SECRET: &str = "AMAZOFF_STRIPE_WEBHOOK_SECRET";
/// Where Stripe is.
pub(crate) const STRIPE_URL: &str = "AMAZOFF_STRIPE_URL";
/// The client at PayPal.
pub(crate) const PAYPAL_CLIENT_ID: &str = "AMAZOFF_PAYPAL_CLIENT_ID";
/// The client's secret at PayPal.
pub(crate) const PAYPAL_SECRET: &str = "AMAZOFF_PAYPAL_SECRET";
/// PayPal's name for the shop's webhook.
pub(crate) const PAYPAL_WEBHOOK_ID: &str = "AMAZOFF_PAYPAL_WEBHOOK_ID";
/// Where PayPal is.
pub(crate) const PAYPAL_URL: &str = "AMAZOFF_PAYPAL_URL";
/// A deliberate defect, to prove that tests notice it.
pub(crate) const PLANTED_BUG: &str = "AMAZOFF_PLANTED_BUG";

/// Every variable, in the order in which it is shown.
pub(crate) const VARIABLES: &[Variable] = &[
    Variable::new(LISTEN, "127.0.0.1:8080", "Address and port of the shop. Port 0 takes a free one and logs it."),
    Variable::new(DATA_DIR, "./data", "Folder of the databases, pictures and keys. One running shop per folder."),
    Variable::new(
        DATABASE_URL,
        "sqlite:<data dir>/journal.db",
        "Where orders, carts, stock and payments are kept: sqlite:PATH or mysql://user:password@host/database (MariaDB).",
    ),
    Variable::new(
        DOCUMENTS_URL,
        "sqlite:<data dir>/documents.db",
        "Where the rebuildable lists (catalogue, orders) are kept: sqlite:PATH or mongodb://host/database?replicaSet=NAME; MongoDB keeps the pictures, too.",
    ),
    Variable::new(
        LEASE_TTL_SECONDS,
        "8",
        "On MariaDB: how long a node that is gone keeps a standby from taking over, 3 to 60. The same for all nodes.",
    ),
    Variable::new(PUBLIC_URL, "", "Address that shoppers type, such as https://shop.example; else the listener's."),
    Variable::new(
        TLS_CERT,
        "",
        "PEM file of a certificate and its chain: the shop then speaks HTTPS itself. A new file counts within 10 s. Needs AMAZOFF_TLS_KEY.",
    ),
    Variable::new(TLS_KEY, "", "PEM file of the certificate's private key."),
    Variable::new(SECURE_COOKIES, "off", "on: cookies travel over HTTPS only. Set it wherever the shop has HTTPS."),
    Variable::new(OWNER_EMAIL, "owner@amazoff.local", "E-mail address of the owner account, made at the first start."),
    Variable::new(
        OWNER_PASSWORD,
        "",
        "Password of the owner account, at least 12 characters; else a random one is printed once.",
    )
    .secret(),
    Variable::new(
        MASTER_KEY,
        "",
        "Key that protects personal data: 32 bytes in base64. Else <data dir>/master.key, made at the first start.",
    )
    .secret(),
    Variable::new(
        METRICS_TOKEN,
        "",
        "Bearer token for /metrics, at least 16 characters; else only operators may read them.",
    )
    .secret(),
    Variable::new(
        CORS_ORIGINS,
        "",
        "Other sites whose scripts may use the API, such as https://app.example,http://localhost:3000; without cookies.",
    ),
    Variable::new(
        RATE_LIMITS,
        "address=6000,browse=600,change=240,checkout=30,login=30,staff=1200,webhook=3000",
        "Requests per minute: from one address, and of each person or guest by kind. 0 does not limit a kind; off limits nothing.",
    ),
    Variable::new(
        SOCKET_LIMITS,
        "person=20,address=200,node=10000",
        "WebSockets and event streams open at once: of one person, from one address; and all WebSockets. off limits nothing.",
    ),
    Variable::new(REQUESTS_MAX, "512", "Requests that run at once, 8 to 100000; from 70 % on, browsing is turned away first, but for a tenth of them that is kept for it."),
    Variable::new(
        TRUSTED_PROXIES,
        "",
        "Proxies in front of the shop, such as 10.0.0.7,10.1.0.0/16: their X-Forwarded-For says where requests come from.",
    ),
    Variable::new(LOG, "info", "What is logged: a level, or targets and levels such as info,amazoff_http=debug."),
    Variable::new(LOG_FORMAT, "text", "text or json, one line per event."),
    Variable::new(
        OTLP_ENDPOINT,
        "",
        "Collector that gets the log, too, by OTLP over HTTP, such as http://collector:4318; /v1/logs is added.",
    ),
    Variable::new(OTLP_AUTHORIZATION, "", "What the collector is shown as Authorization, such as Bearer ….").secret(),
    Variable::new(
        SMTP_URL,
        "",
        "Mail server, smtps://user:password@mail.example or smtp://…:587 (STARTTLS; ?tls=none for none); else mails are files in <data dir>/mail. Needs AMAZOFF_MAIL_FROM.",
    )
    .secret(),
    Variable::new(MAIL_FROM, "", "Who sends mails, such as Shop <shop@example.org>."),
    Variable::new(
        MEDIA_BYTES_MAX,
        "10485760",
        "Largest picture that may be uploaded, as a file, 1024 to 104857600 bytes.",
    ),
    Variable::new(
        MEDIA_PIXELS_MAX,
        "40000000",
        "Largest picture that may be uploaded, as width times height, 1000 to 200000000. One takes up to 10 bytes of memory a pixel while it is taken in.",
    ),
    Variable::new(
        WEBHOOKS_HERE,
        "off",
        "on: webhooks may also go to this machine, and by http. For trying out: else they go by https and out into the world only.",
    ),
    Variable::new(SEED, "on", "What an empty shop is filled with: on (the whole catalogue), small (8 products) or off."),
    Variable::new(SANDBOX_LATENCY_MS, "150", "How long the sandbox payment provider takes to answer, 0 to 8000."),
    Variable::new(
        SANDBOX_WEBHOOK_SECRET,
        "",
        "What signs messages of the sandbox provider, at least 16 characters; else one that follows from the master key.",
    )
    .secret(),
    Variable::new(
        RECONCILE_EVERY_S,
        "3600",
        "How often payments are compared with what their providers say, in seconds, 60 to 604800; 0 is never.",
    ),
    Variable::new(
        GUEST_ORDERS_DAYS,
        "3650",
        "After how many days what a guest said in an order that is over is made unreadable, 30 to 36500; 0 is never.",
    ),
    Variable::new(
        STRIPE_SECRET_KEY,
        "",
        "Secret key of an account at Stripe, sk_…; with it shoppers can pay by card. Needs AMAZOFF_STRIPE_WEBHOOK_SECRET.",
    )
    .secret(),
    Variable::new(
        STRIPE_WEBHOOK_SECRET,
        "",
        "What Stripe signs its messages to <public url>/v1/webhooks/stripe with, whsec_….",
    )
    .secret(),
    Variable::new(STRIPE_URL, "https://api.stripe.com", "Where Stripe is; `amazoff paysim` stands in for it."),
    Variable::new(
        PAYPAL_CLIENT_ID,
        "",
        "Client of an account at PayPal; with it shoppers can pay by PayPal. Needs the two variables that follow.",
    ),
    Variable::new(PAYPAL_SECRET, "", "Secret of the client at PayPal.").secret(),
    Variable::new(
        PAYPAL_WEBHOOK_ID,
        "",
        "PayPal's id of the webhook that sends messages to <public url>/v1/webhooks/paypal.",
    ),
    Variable::new(
        PAYPAL_URL,
        "https://api-m.paypal.com",
        "Where PayPal is: https://api-m.sandbox.paypal.com for tries; `amazoff paysim` stands in for it.",
    ),
    Variable::new(PLANTED_BUG, "", "A deliberate defect that the acceptance tests must notice.").for_tests(),
];

/// The variables that this build accepts.
pub(crate) fn accepted() -> impl Iterator<Item = &'static Variable> {
    VARIABLES.iter().filter(|variable| !variable.for_tests || cfg!(feature = "fault-points"))
}

/// The text of `.env.example`.
pub(crate) fn example() -> String {
    let mut text = String::from(
        "# Copy to .env and uncomment what should differ from the default.\n\
         # Variables of the environment win over this file. `amazoff config` shows what is in force.\n",
    );
    for variable in VARIABLES.iter().filter(|variable| !variable.for_tests) {
        text.push_str(&format!("\n# {}\n# {}={}\n", variable.meaning, variable.name, variable.default));
    }
    text
}
