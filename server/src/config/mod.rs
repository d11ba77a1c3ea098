//! What the operator decides: environment variables and `.env`, read once at the start.
//!
//! [`table`] is the one list of names, defaults and meanings. A wrong value, an unknown `AMAZOFF_` variable or a broken
//! `.env` is refused before anything is opened, in one line that names the variable.

pub(crate) mod databases;
mod mail;
mod master_key;
mod parse;
mod providers;
mod sources;
pub(crate) mod table;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use amazoff_actors::media::ImageLimits;
use amazoff_gateways::receivers::Reach;
use amazoff_http::server::{Tls, TlsError};
use amazoff_http::{HttpSettings, LimitSettings, Origins};
use secrecy::{SecretBox, SecretString};

pub(crate) use databases::{DocumentsAt, TruthAt};
pub(crate) use mail::MailVia;
pub(crate) use parse::MASTER_KEY_BYTES;
pub(crate) use providers::{PayPalAccount, StripeAccount};
pub(crate) use sources::Sources;

use crate::telemetry::Collector;

/// The file of the key that wraps all others, in the data folder.
const MASTER_KEY_FILE: &str = "master.key";

/// The shape of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// What an empty shop is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seed {
    /// The whole catalogue.
    Full,
    /// One product of each category: quick to start, for tests and demos.
    Small,
    /// Nothing.
    Off,
}

/// All decisions of the operator, checked.
#[derive(Debug)]
pub(crate) struct Config {
    /// Where to listen; port 0 takes a free one.
    pub(crate) listen: SocketAddr,
    /// The data folder.
    pub(crate) data_dir: PathBuf,
    /// The transactional truth.
    pub(crate) truth: TruthAt,
    /// The read models.
    pub(crate) documents: DocumentsAt,
    /// How long the shards are owned without renewing, on a database server.
    pub(crate) lease: Duration,
    /// Where the world reaches the shop, without a slash at the end.
    pub(crate) public_url: Option<String>,
    /// Files of certificate and key, when the listener speaks TLS.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    /// Whether cookies travel over HTTPS only.
    pub(crate) secure_cookies: bool,
    /// E-mail address of the owner account.
    pub(crate) owner_email: String,
    /// Password of the owner account; a random one when absent.
    pub(crate) owner_password: Option<SecretString>,
    /// The given master key; see [`Config::load_master_key`].
    master_key: Option<SecretBox<[u8; MASTER_KEY_BYTES]>>,
    /// What a scraper of `/metrics` shows; without it only operators may read them.
    pub(crate) metrics_token: Option<SecretString>,
    /// Other sites whose scripts may use the API.
    pub(crate) origins: Origins,
    /// How often somebody may ask, and how much is taken in at once.
    pub(crate) limits: LimitSettings,
    /// Where the log goes beside standard error.
    pub(crate) collector: Option<Collector>,
    /// Filter of the log.
    pub(crate) log: String,
    /// Shape of the log.
    pub(crate) log_format: LogFormat,
    /// How large an uploaded picture may be.
    pub(crate) images: ImageLimits,
    /// What an empty shop is filled with.
    pub(crate) seed: Seed,
    /// How long the sandbox provider takes to answer.
    pub(crate) sandbox_latency: Duration,
    /// What signs the sandbox's messages, when it does not follow from the master key.
    pub(crate) sandbox_webhook_secret: Option<SecretString>,
    /// The account at Stripe, if there is one.
    pub(crate) stripe: Option<StripeAccount>,
    /// The account at PayPal, if there is one.
    pub(crate) paypal: Option<PayPalAccount>,
    /// How mails leave.
    pub(crate) mail: MailVia,
    /// Where webhooks may go.
    pub(crate) webhooks_reach: Reach,
    /// How often payments are compared with their providers; `None` is never.
    pub(crate) reconcile_every: Option<Duration>,
    /// How long guests are known by their orders; `None` is for as long as these are kept.
    pub(crate) guest_orders_kept: Option<Duration>,
}

impl Config {
    /// Checks every value.
    ///
    /// # Errors
    /// With the first value that is wrong.
    pub(crate) fn from_sources(sources: &Sources) -> Result<Self, ConfigError> {
        let data_dir = parse::data_dir(sources.value(table::DATA_DIR))?;
        Ok(Self {
            listen: parse::listen(sources.value(table::LISTEN))?,
            truth: databases::truth(sources.given(table::DATABASE_URL), &data_dir)?,
            documents: databases::documents(sources.given(table::DOCUMENTS_URL), &data_dir)?,
            lease: parse::lease(sources.value(table::LEASE_TTL_SECONDS))?,
            public_url: sources.given(table::PUBLIC_URL).map(parse::public_url).transpose()?,
            tls: parse::tls(sources)?,
            secure_cookies: parse::switch(table::SECURE_COOKIES, sources.value(table::SECURE_COOKIES))?,
            owner_email: parse::owner_email(sources.value(table::OWNER_EMAIL))?,
            owner_password: sources
                .given(table::OWNER_PASSWORD)
                .map(|password| parse::owner_password(password.to_owned()))
                .transpose()?,
            master_key: sources.given(table::MASTER_KEY).map(parse::master_key).transpose()?,
            metrics_token: sources
                .given(table::METRICS_TOKEN)
                .map(|token| parse::metrics_token(token.to_owned()))
                .transpose()?,
            origins: parse::origins(sources.value(table::CORS_ORIGINS))?,
            limits: parse::limits(sources)?,
            collector: parse::collector(sources)?,
            log: parse::log_filter(sources.value(table::LOG))?,
            log_format: parse::log_format(sources.value(table::LOG_FORMAT))?,
            images: parse::images(sources)?,
            seed: parse::seed(sources.value(table::SEED))?,
            sandbox_latency: parse::sandbox_latency(sources.value(table::SANDBOX_LATENCY_MS))?,
            sandbox_webhook_secret: sources
                .given(table::SANDBOX_WEBHOOK_SECRET)
                .map(|secret| parse::sandbox_webhook_secret(secret.to_owned()))
                .transpose()?,
            stripe: providers::stripe(sources)?,
            paypal: providers::paypal(sources)?,
            mail: mail::mail(sources)?,
            webhooks_reach: match parse::switch(table::WEBHOOKS_HERE, sources.value(table::WEBHOOKS_HERE))? {
                true => Reach::WorldAndHere,
                false => Reach::World,
            },
            reconcile_every: parse::reconcile_every(sources.value(table::RECONCILE_EVERY_S))?,
            guest_orders_kept: parse::guest_orders_kept(sources.value(table::GUEST_ORDERS_DAYS))?,
            data_dir,
        })
    }

    /// The certificate and key of the listener, when it speaks HTTPS.
    ///
    /// # Errors
    /// When the files cannot be used.
    pub(crate) fn load_tls(&self) -> Result<Option<Tls>, ConfigError> {
        let files = self.tls.as_ref();
        Ok(files.map(|(certificate, key)| Tls::load(certificate, key)).transpose()?)
    }

    /// Where the listener itself is reached.
    pub(crate) fn local_url(&self, address: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{address}")
    }

    /// Where the world reaches the shop.
    pub(crate) fn shop_url(&self, address: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| self.local_url(address))
    }

    /// How the shop answers. Half of the processors serve sockets, one at least.
    pub(crate) fn http(&self, address: SocketAddr) -> HttpSettings {
        let mut settings = HttpSettings::at(&self.shop_url(address));
        settings.secure_cookies |= self.secure_cookies || self.tls.is_some();
        settings.socket_threads = available_parallelism().map_or(1, |all| all.get().div_ceil(2));
        settings.metrics_token.clone_from(&self.metrics_token);
        settings.origins.clone_from(&self.origins);
        settings.limits.clone_from(&self.limits);
        settings
    }

    /// Whether there is a key that wraps all others already.
    pub(crate) fn has_master_key(&self) -> bool {
        self.master_key.is_some() || self.data_dir.join(MASTER_KEY_FILE).exists()
    }

    /// The key that wraps all others: the configured one, else the one in the data folder, made there (readable by the
    /// owner only) when the shop is `new`. The data folder must exist.
    ///
    /// # Errors
    /// When the file cannot be read or made, holds something else, or is missing beside data that it once sealed.
    pub(crate) fn load_master_key(
        &self,
        new: bool,
    ) -> Result<SecretBox<[u8; MASTER_KEY_BYTES]>, ConfigError> {
        match &self.master_key {
            Some(given) => Ok(master_key::copy(given)),
            None => master_key::load_or_create(&self.data_dir.join(MASTER_KEY_FILE), new),
        }
    }
}

/// Why the program does not start. Each prints as one line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// A value that cannot be used.
    #[error("{name}: {value:?} {expected}")]
    Wrong {
        /// The variable.
        name: &'static str,
        /// What it says.
        value: String,
        /// What is wrong with it.
        expected: String,
    },
    /// A secret that cannot be used; it is not shown.
    #[error("{name}: the value {expected}")]
    WrongSecret {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        expected: String,
    },
    /// A value that is not text.
    #[error("{name}: the value is not UTF-8 text")]
    NotText {
        /// The variable.
        name: String,
    },
    /// A variable that nobody reads: most likely a slip of the pen.
    #[error("{name}: unknown variable; {advice}")]
    Unknown {
        /// The variable.
        name: String,
        /// The known one that looks like it, or where they are.
        advice: String,
    },
    /// The file `.env` cannot be used.
    #[error(".env: {reason}")]
    File {
        /// Why.
        reason: String,
    },
    /// Certificate and key cannot be used.
    #[error("AMAZOFF_TLS_CERT, AMAZOFF_TLS_KEY: {0}")]
    Tls(#[from] TlsError),
    /// The key file cannot be used.
    #[error("{path}: {reason}")]
    KeyFile {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
}
