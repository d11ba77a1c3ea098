//! From text to values that cannot be wrong.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use amazoff_actors::media::ImageLimits;
use amazoff_http::{
    LimitSettings, Origins, OriginsInvalid, ProxiesInvalid, RatesInvalid, SocketLimitsInvalid,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{SecretBox, SecretString};

use super::table;
use super::{ConfigError, LogFormat, Seed, Sources};
use crate::telemetry::Collector;

/// Shortest password that the owner may be given.
const OWNER_PASSWORD_LENGTH_MIN: usize = 12;
/// Shortest token for metrics.
const METRICS_TOKEN_LENGTH_MIN: usize = 16;
/// Shortest secret that signs the sandbox's messages.
const SANDBOX_WEBHOOK_SECRET_CHARS_MIN: usize = 16;
/// How often payments may be compared with their providers.
const RECONCILE_EVERY_S: RangeInclusive<u64> = 60..=604_800;
/// How large an uploaded picture may be: bytes of its file, and pixels.
const MEDIA_BYTES_MAX: RangeInclusive<usize> = 1_024..=104_857_600;
const MEDIA_PIXELS_MAX: RangeInclusive<u64> = 1_000..=200_000_000;
const GUEST_ORDERS_DAYS: RangeInclusive<u64> = 30..=36_500;
/// How many requests may run at once.
const REQUESTS_MAX: RangeInclusive<usize> = 8..=100_000;
/// Slowest sandbox that still makes sense.
// A provider that takes ten seconds is taken for lost, and its answer asked for instead.
const SANDBOX_LATENCY_MS_MAX: u64 = 8_000;
/// Length of the master key.
pub(crate) const MASTER_KEY_BYTES: usize = 32;

pub(super) fn wrong(name: &'static str, value: &str, expected: &str) -> ConfigError {
    ConfigError::Wrong { name, value: value.to_owned(), expected: expected.to_owned() }
}

pub(super) fn listen(value: &str) -> Result<SocketAddr, ConfigError> {
    value.parse().or(Err(wrong(table::LISTEN, value, "is not an address like 127.0.0.1:8080")))
}

pub(super) fn data_dir(value: &str) -> Result<PathBuf, ConfigError> {
    let path = PathBuf::from(value);
    if path.exists() && !path.is_dir() {
        return Err(wrong(table::DATA_DIR, value, "is not a folder"));
    }
    Ok(path)
}

pub(super) fn public_url(value: &str) -> Result<String, ConfigError> {
    let trimmed = value.trim_end_matches('/');
    let rest = trimmed.strip_prefix("https://").or_else(|| trimmed.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', ' ', '@', '"']) => {
            Ok(trimmed.to_owned())
        }
        Some(_) | None => Err(wrong(table::PUBLIC_URL, value, "is not an address like https://shop.example")),
    }
}

pub(super) fn tls(sources: &Sources) -> Result<Option<(PathBuf, PathBuf)>, ConfigError> {
    match (sources.given(table::TLS_CERT), sources.given(table::TLS_KEY)) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Ok(Some((PathBuf::from(certificate), PathBuf::from(key)))),
        (Some(given), None) => Err(wrong(table::TLS_CERT, given, "needs AMAZOFF_TLS_KEY beside it")),
        (None, Some(given)) => Err(wrong(table::TLS_KEY, given, "needs AMAZOFF_TLS_CERT beside it")),
    }
}

pub(super) fn origins(value: &str) -> Result<Origins, ConfigError> {
    let invalid = |error: OriginsInvalid| wrong(table::CORS_ORIGINS, value, &format!("is wrong: {error}"));
    value.parse().map_err(invalid)
}

pub(super) fn limits(sources: &Sources) -> Result<LimitSettings, ConfigError> {
    let text = sources.value(table::REQUESTS_MAX);
    let requests_max = text.parse().ok().filter(|max| REQUESTS_MAX.contains(max));
    let rates = sources.value(table::RATE_LIMITS);
    let sockets = sources.value(table::SOCKET_LIMITS);
    let proxies = sources.value(table::TRUSTED_PROXIES);
    Ok(LimitSettings {
        rates: rates
            .parse()
            .map_err(|error: RatesInvalid| wrong(table::RATE_LIMITS, rates, &format!("is wrong: {error}")))?,
        requests_max: requests_max
            .ok_or_else(|| wrong(table::REQUESTS_MAX, text, "is not a number from 8 to 100000"))?,
        sockets: sockets.parse().map_err(|error: SocketLimitsInvalid| {
            wrong(table::SOCKET_LIMITS, sockets, &format!("is wrong: {error}"))
        })?,
        proxies: proxies.parse().map_err(|error: ProxiesInvalid| {
            wrong(table::TRUSTED_PROXIES, proxies, &format!("is wrong: {error}"))
        })?,
    })
}

pub(super) fn switch(name: &'static str, value: &str) -> Result<bool, ConfigError> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(wrong(name, value, "is neither on nor off")),
    }
}

pub(super) fn lease(value: &str) -> Result<Duration, ConfigError> {
    match value.parse() {
        Ok(seconds @ 3..=60) => Ok(Duration::from_secs(seconds)),
        Ok(_) | Err(_) => {
            Err(wrong(table::LEASE_TTL_SECONDS, value, "is not a whole number of seconds from 3 to 60"))
        }
    }
}

pub(super) fn owner_email(value: &str) -> Result<String, ConfigError> {
    let email = value.trim();
    let plausible = email
        .split_once('@')
        .is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    if plausible && email.len() <= 254 && !email.contains(char::is_whitespace) {
        Ok(email.to_owned())
    } else {
        Err(wrong(table::OWNER_EMAIL, value, "is not an e-mail address"))
    }
}

pub(super) fn owner_password(value: String) -> Result<SecretString, ConfigError> {
    if value.chars().count() < OWNER_PASSWORD_LENGTH_MIN {
        return Err(ConfigError::WrongSecret {
            name: table::OWNER_PASSWORD,
            expected: format!("is shorter than {OWNER_PASSWORD_LENGTH_MIN} characters"),
        });
    }
    Ok(value.into())
}

pub(super) fn master_key(value: &str) -> Result<SecretBox<[u8; MASTER_KEY_BYTES]>, ConfigError> {
    let bytes =
        STANDARD.decode(value.trim()).ok().and_then(|bytes| <[u8; MASTER_KEY_BYTES]>::try_from(bytes).ok());
    match bytes {
        Some(bytes) => Ok(SecretBox::new(Box::new(bytes))),
        None => Err(ConfigError::WrongSecret {
            name: table::MASTER_KEY,
            expected: format!("is not {MASTER_KEY_BYTES} bytes in base64"),
        }),
    }
}

pub(super) fn metrics_token(value: String) -> Result<SecretString, ConfigError> {
    let plain = value.bytes().all(|byte| byte.is_ascii_graphic());
    if value.len() < METRICS_TOKEN_LENGTH_MIN || !plain {
        return Err(ConfigError::WrongSecret {
            name: table::METRICS_TOKEN,
            expected: format!(
                "is not at least {METRICS_TOKEN_LENGTH_MIN} printable ASCII characters without spaces"
            ),
        });
    }
    Ok(value.into())
}

pub(super) fn collector(sources: &Sources) -> Result<Option<Collector>, ConfigError> {
    let authorization = sources.given(table::OTLP_AUTHORIZATION);
    let Some(endpoint) = sources.given(table::OTLP_ENDPOINT) else {
        return match authorization {
            Some(_) => Err(ConfigError::WrongSecret {
                name: table::OTLP_AUTHORIZATION,
                expected: format!("is for nobody: {} is not set", table::OTLP_ENDPOINT),
            }),
            None => Ok(None),
        };
    };
    let is_header = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if authorization.is_some_and(|text| !is_header(text)) {
        return Err(ConfigError::WrongSecret {
            name: table::OTLP_AUTHORIZATION,
            expected: "is not printable ASCII".to_owned(),
        });
    }
    let expected = "is not an address like http://collector:4318, without a user in it";
    let trimmed = endpoint.trim_end_matches('/');
    let rest = trimmed.strip_prefix("https://").or_else(|| trimmed.strip_prefix("http://"));
    match rest {
        Some(host) if !host.is_empty() && !host.contains(['?', '#', ' ', '@', '"']) => Ok(Some(Collector {
            endpoint: trimmed.to_owned(),
            authorization: authorization.map(|text| text.to_owned().into()),
        })),
        Some(_) | None => Err(wrong(table::OTLP_ENDPOINT, endpoint, expected)),
    }
}

pub(super) fn log_filter(value: &str) -> Result<String, ConfigError> {
    // A word that is no level would be taken for a place in the program, and everything else would fall silent.
    let is_level = |level: &str| {
        !level.trim().is_empty() && level.trim().parse::<tracing_subscriber::filter::LevelFilter>().is_ok()
    };
    let says_levels =
        value.split(',').all(|part| is_level(part.rsplit_once('=').map_or(part, |(_, level)| level)));
    match value.parse::<tracing_subscriber::EnvFilter>() {
        Ok(_) if says_levels => Ok(value.to_owned()),
        Ok(_) | Err(_) => {
            Err(wrong(table::LOG, value, "is not a filter like info or info,amazoff_http=debug"))
        }
    }
}

pub(super) fn log_format(value: &str) -> Result<LogFormat, ConfigError> {
    match value {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(wrong(table::LOG_FORMAT, value, "is neither text nor json")),
    }
}

pub(super) fn seed(value: &str) -> Result<Seed, ConfigError> {
    match value {
        "on" => Ok(Seed::Full),
        "small" => Ok(Seed::Small),
        "off" => Ok(Seed::Off),
        _ => Err(wrong(table::SEED, value, "is none of on, small and off")),
    }
}

pub(super) fn sandbox_latency(value: &str) -> Result<Duration, ConfigError> {
    match value.parse::<u64>() {
        Ok(ms) if ms <= SANDBOX_LATENCY_MS_MAX => Ok(Duration::from_millis(ms)),
        Ok(_) | Err(_) => {
            let expected = format!("is not a number of milliseconds from 0 to {SANDBOX_LATENCY_MS_MAX}");
            Err(wrong(table::SANDBOX_LATENCY_MS, value, &expected))
        }
    }
}

pub(super) fn sandbox_webhook_secret(value: String) -> Result<SecretString, ConfigError> {
    if value.chars().count() < SANDBOX_WEBHOOK_SECRET_CHARS_MIN {
        return Err(ConfigError::WrongSecret {
            name: table::SANDBOX_WEBHOOK_SECRET,
            expected: format!("has fewer than {SANDBOX_WEBHOOK_SECRET_CHARS_MIN} characters"),
        });
    }
    Ok(value.into())
}

pub(super) fn images(sources: &Sources) -> Result<ImageLimits, ConfigError> {
    let (bytes, pixels) = (sources.value(table::MEDIA_BYTES_MAX), sources.value(table::MEDIA_PIXELS_MAX));
    let bytes_max = bytes.parse().ok().filter(|max| MEDIA_BYTES_MAX.contains(max));
    let pixels_max = pixels.parse().ok().filter(|max| MEDIA_PIXELS_MAX.contains(max));
    Ok(ImageLimits {
        bytes_max: bytes_max
            .ok_or_else(|| wrong(table::MEDIA_BYTES_MAX, bytes, "is not a number from 1024 to 104857600"))?,
        pixels_max: pixels_max.ok_or_else(|| {
            wrong(table::MEDIA_PIXELS_MAX, pixels, "is not a number from 1000 to 200000000")
        })?,
    })
}

pub(super) fn reconcile_every(value: &str) -> Result<Option<Duration>, ConfigError> {
    match value.parse::<u64>() {
        Ok(0) => Ok(None),
        Ok(seconds) if RECONCILE_EVERY_S.contains(&seconds) => Ok(Some(Duration::from_secs(seconds))),
        Ok(_) | Err(_) => {
            let (least, most) = (RECONCILE_EVERY_S.start(), RECONCILE_EVERY_S.end());
            let expected = format!("is neither 0 nor a number of seconds from {least} to {most}");
            Err(wrong(table::RECONCILE_EVERY_S, value, &expected))
        }
    }
}

pub(super) fn guest_orders_kept(value: &str) -> Result<Option<Duration>, ConfigError> {
    match value.parse::<u64>() {
        Ok(0) => Ok(None),
        Ok(days) if GUEST_ORDERS_DAYS.contains(&days) => Ok(Some(Duration::from_hours(24 * days))),
        Ok(_) | Err(_) => {
            let (least, most) = (GUEST_ORDERS_DAYS.start(), GUEST_ORDERS_DAYS.end());
            let expected = format!("is neither 0 nor a number of days from {least} to {most}");
            Err(wrong(table::GUEST_ORDERS_DAYS, value, &expected))
        }
    }
}
