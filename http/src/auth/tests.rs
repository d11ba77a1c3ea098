use amazoff_actors::ids::{CartId, SessionId};
use amazoff_supervisor::{ManualClock, Timestamp};
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use uuid::Uuid;

use super::cookies::{CartCookie, Cookies, SessionCookie};
use super::*;

fn auth() -> (Auth, ManualClock) {
    let clock = ManualClock::at(Timestamp::from_unix_ms(1_700_000_000_000));
    (Auth::new(Sha256Label::key, Arc::new(clock.clone())), clock)
}

struct Sha256Label;
impl Sha256Label {
    fn key(label: &str) -> [u8; 32] {
        use sha2::Digest;
        Sha256::digest(label.as_bytes()).into()
    }
}

fn session() -> SessionRef {
    SessionRef { user: UserId::from(Uuid::from_u128(7)), session: SessionId::from(Uuid::from_u128(9)) }
}

#[test]
fn an_access_token_proves_its_session_until_it_expires() {
    let (auth, clock) = auth();
    let token = auth.access_token(session()).unwrap();
    assert_eq!(auth.verify_access(&token), Ok(session()));
    clock.advance(ACCESS_LIFETIME);
    assert_eq!(auth.verify_access(&token), Err(AccessRefusal::Expired));
}

#[test]
fn a_forged_or_foreign_access_token_is_refused() {
    let (auth, _) = auth();
    let claims = |typ: &str, aud: &str, iss: &str| {
        json!({"iss": iss, "aud": aud, "sub": session().user.to_string(), "sid": session().session.to_string(),
               "typ": typ, "iat": 1_700_000_000, "exp": 1_700_000_900})
    };
    let ours = EncodingKey::from_secret(&Sha256Label::key("jwt"));
    let theirs = EncodingKey::from_secret(b"secret");
    let hs512 = Header::new(Algorithm::HS512);
    let hs256 = Header::new(Algorithm::HS256);
    let good = claims("access", "amazoff-shop", "amazoff");
    assert!(auth.verify_access(&encode(&hs256, &good, &ours).unwrap()).is_ok());
    let none = format!("eyJhbGciOiJub25lIn0.{}.", URL_SAFE_NO_PAD.encode(good.to_string()));
    let bad = [
        encode(&hs256, &good, &theirs).unwrap(),
        encode(&hs512, &good, &ours).unwrap(),
        encode(&hs256, &claims("refresh", "amazoff-shop", "amazoff"), &ours).unwrap(),
        encode(&hs256, &claims("access", "other", "amazoff"), &ours).unwrap(),
        encode(&hs256, &claims("access", "amazoff-shop", "other"), &ours).unwrap(),
        none,
        auth.refresh_token(RefreshGrant { of: session(), generation: 1 }),
        String::new(),
        "a".repeat(100_000),
    ];
    for token in bad {
        assert_eq!(auth.verify_access(&token), Err(AccessRefusal::Invalid), "{token:.40}");
    }
}

#[test]
fn a_refresh_token_is_derived_and_cannot_be_altered() {
    let (auth, _) = auth();
    let grant = RefreshGrant { of: session(), generation: 3 };
    let token = auth.refresh_token(grant);
    assert_eq!(auth.verify_refresh(&token), Some(grant));
    assert_eq!(auth.verify_refresh(&token.replace(".3.", ".4.")), None);
    assert_eq!(auth.verify_refresh(&auth.access_token(session()).unwrap()), None);
    assert_eq!(auth.verify_refresh("rt_..."), None);
}

#[test]
fn a_cart_token_opens_its_own_cart_only() {
    let (auth, _) = auth();
    let (mine, other) = (CartId::from(Uuid::from_u128(1)), CartId::from(Uuid::from_u128(2)));
    let token = auth.cart_token(mine);
    assert!(auth.holds_cart(mine, &token));
    assert!(!auth.holds_cart(other, &token));
    assert!(!auth.holds_cart(mine, &token[..token.len() - 2]));
    assert!(!auth.holds_cart(mine, ""));
}

#[test]
fn signed_text_is_bound_to_its_scope() {
    let (auth, _) = auth();
    let signed = auth.sign("products:newest", "[1]");
    assert_eq!(auth.unsign("products:newest", &signed).as_deref(), Some("[1]"));
    assert_eq!(auth.unsign("products:name", &signed), None);
    assert_eq!(auth.unsign("products:newest", &format!("x{signed}")), None);
    assert_eq!(auth.unsign("products:newest", "WzFd."), None);
}

fn sent(cookie: &HeaderValue) -> HeaderMap {
    let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
    HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(format!("theme=dark; {pair}")).unwrap())])
}

#[test]
fn cookies_come_back_as_they_were_set() {
    let session = SessionCookie { access: "a.b.c".to_owned(), refresh: "rt_x.y.1.z".to_owned() };
    for cookies in [Cookies::new(false), Cookies::new(true)] {
        assert_eq!(cookies.session(&sent(&cookies.set_session(&session))), Some(session.clone()));
        assert_eq!(cookies.session(&sent(&cookies.clear_session())), None);
    }
    let secure = Cookies::new(true).set_session(&session);
    assert!(secure.to_str().unwrap().starts_with("__Host-amazoff_session="));
    assert!(secure.to_str().unwrap().ends_with("HttpOnly; SameSite=Lax; Secure"));
    assert_eq!(Cookies::new(true).session(&sent(&Cookies::new(false).set_session(&session))), None);
}

#[test]
fn a_browser_keeps_only_a_few_carts_of_the_past() {
    let cookies = Cookies::new(false);
    let mut headers = HeaderMap::new();
    for n in 0..9 {
        let bought = CartCookie { cart: CartId::from(Uuid::from_u128(n)), token: format!("ct_{n}") };
        headers = sent(&cookies.keep_past_cart(&headers, &bought));
    }
    let kept: Vec<_> = cookies.carts(&headers).into_iter().map(|cart| cart.token).collect();
    assert_eq!(kept, ["ct_8", "ct_7", "ct_6", "ct_5", "ct_4"]);
}
