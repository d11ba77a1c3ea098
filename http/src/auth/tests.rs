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

fn proof() -> Proof {
    Proof { of: session(), confirmed: true }
}

#[test]
fn a_token_for_a_refresh_token_does_not_prove_a_password() {
    let (auth, _) = auth();
    let token = auth.access_token(session(), Shown::RefreshToken).unwrap();
    assert_eq!(auth.verify_access(&token), Ok(Proof { confirmed: false, ..proof() }));
}

#[test]
fn an_access_token_proves_its_session_until_it_expires() {
    let (auth, clock) = auth();
    let token = auth.access_token(session(), Shown::Password).unwrap();
    assert_eq!(auth.verify_access(&token), Ok(proof()));
    clock.advance(ACCESS_LIFETIME);
    assert_eq!(auth.verify_access(&token), Err(AccessRefusal::Expired));
}

/// The header and the claims of a token as it should be, to be spoilt.
fn parts() -> (Header, serde_json::Value) {
    let (auth, _) = auth();
    let token = auth.access_token(session(), Shown::Password).unwrap();
    let header = jsonwebtoken::decode_header(&token).unwrap();
    let claims = token.split('.').nth(1).unwrap();
    (header, serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap())
}

/// The key that signs now, as only its owner has it.
fn ours() -> EncodingKey {
    let (auth, clock) = auth();
    auth.keys.access.at(clock.now()).unwrap().present().sign.clone()
}

fn is_invalid(auth: &Auth, token: &str, what: &str) {
    assert_eq!(auth.verify_access(token), Err(AccessRefusal::Invalid), "{what}: {token:.60}");
}

#[test]
fn claims_of_another_shop_kind_or_time_are_refused_although_the_signature_holds() {
    let (auth, _) = auth();
    let (header, good) = parts();
    assert_eq!(auth.verify_access(&encode(&header, &good, &ours()).unwrap()), Ok(proof()));
    let later = 1_700_000_000 + 3_600;
    let spoilt = [
        ("iss", json!("other")),
        ("aud", json!("other")),
        ("aud", json!([])),
        ("nbf", json!(later)),
        ("iat", json!(later)),
        ("sub", json!("user_1")),
        ("sid", json!(null)),
        ("exp", json!("never")),
    ];
    for (name, value) in spoilt {
        let mut claims = good.clone();
        claims[name] = value;
        is_invalid(&auth, &encode(&header, &claims, &ours()).unwrap(), name);
        claims.as_object_mut().unwrap().remove(name);
        is_invalid(&auth, &encode(&header, &claims, &ours()).unwrap(), name);
    }
    let typ = |typ: Option<&str>| Header { typ: typ.map(str::to_owned), ..header.clone() };
    for other in [None, Some("JWT"), Some("refresh"), Some("AT+JWT")] {
        is_invalid(&auth, &encode(&typ(other), &good, &ours()).unwrap(), "typ");
    }
}

#[test]
fn only_our_keys_count_and_the_header_can_point_to_no_other() {
    let (auth, clock) = auth();
    let (header, good) = parts();
    let foreign = Auth::new(|label| Sha256Label::key(&format!("other {label}")), Arc::new(clock));
    let theirs = foreign.keys.access.at(foreign.clock.now()).unwrap();
    let theirs = theirs.present();
    is_invalid(&auth, &encode(&header, &good, &theirs.sign).unwrap(), "our key's name, their key");
    let named = |kid: Option<String>| Header { kid, ..header.clone() };
    is_invalid(&auth, &encode(&named(Some(theirs.public.kid.clone())), &good, &theirs.sign).unwrap(), "kid");
    for odd in [None, Some("../../dev/null"), Some("' OR 1=1 --"), Some("")] {
        is_invalid(&auth, &encode(&named(odd.map(str::to_owned)), &good, &ours()).unwrap(), "kid");
    }
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": theirs.public.x});
    let embedded = Header {
        jwk: Some(serde_json::from_value(jwk).unwrap()),
        jku: Some("https://evil.example/jwks.json".to_owned()),
        x5u: Some("https://evil.example/cert.pem".to_owned()),
        ..header.clone()
    };
    is_invalid(&auth, &encode(&embedded, &good, &theirs.sign).unwrap(), "jwk");
}

#[test]
fn no_other_algorithm_is_taken() {
    let (auth, _) = auth();
    let (header, good) = parts();
    let payload = URL_SAFE_NO_PAD.encode(good.to_string());
    for alg in ["none", "None", "NONE", "nOnE"] {
        let head = json!({"alg": alg, "typ": "at+jwt", "kid": header.kid});
        is_invalid(&auth, &format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(head.to_string())), alg);
    }
    // The public key as if it were a shared secret.
    let x = auth.public_keys().unwrap().keys[1].x.clone();
    for secret in [x.as_bytes(), &URL_SAFE_NO_PAD.decode(&x).unwrap()] {
        for alg in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let head = Header { alg, ..header.clone() };
            let token = encode(&head, &good, &EncodingKey::from_secret(secret)).unwrap();
            is_invalid(&auth, &token, "a public key as a secret");
        }
    }
}

#[test]
fn what_is_no_token_at_all_is_refused_at_once() {
    let (auth, _) = auth();
    let token = auth.access_token(session(), Shown::Password).unwrap();
    let cut = &token[..token.len() - 1];
    let refresh = auth.refresh_token(RefreshGrant { of: session(), generation: 1 });
    for text in [cut, &refresh, "", ".", "..", "...", "a.b.c", &"a".repeat(100_000), &format!("{token}=")] {
        is_invalid(&auth, text, "text");
    }
}

#[test]
fn keys_take_turns_and_each_is_published_before_it_signs_and_after() {
    let (auth, clock) = auth();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let keys = auth.public_keys().unwrap().keys;
        let token = auth.access_token(session(), Shown::Password).unwrap();
        let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
        assert_eq!(kid, keys[1].kid, "the one in the middle signs");
        seen.push(keys);
        // The last token of a key outlives the key's turn.
        let turn = signing::PERIOD.as_millis()
            - u128::try_from(clock.now().unix_ms()).unwrap() % signing::PERIOD.as_millis();
        clock.advance(Duration::from_millis(u64::try_from(turn).unwrap()) - ACCESS_LIFETIME / 2);
        let late = auth.access_token(session(), Shown::Password).unwrap();
        clock.advance(ACCESS_LIFETIME / 2);
        assert_eq!(auth.verify_access(&late), Ok(proof()));
        let header = jsonwebtoken::decode_header(&late).unwrap();
        assert_eq!(header.kid.unwrap(), auth.public_keys().unwrap().keys[0].kid);
    }
    assert_eq!((&seen[0][1], &seen[0][2]), (&seen[1][0], &seen[1][1]));
    assert_eq!((&seen[1][1], &seen[1][2]), (&seen[2][0], &seen[2][1]));
}

#[test]
fn a_published_key_checks_a_token_elsewhere() {
    let (auth, _) = auth();
    let token = auth.access_token(session(), Shown::Password).unwrap();
    let key = &auth.public_keys().unwrap().keys[1];
    let mut rules = jsonwebtoken::Validation::new(Algorithm::EdDSA);
    rules.set_audience(&["amazoff-shop"]);
    rules.validate_exp = false;
    let checked = jsonwebtoken::decode::<serde_json::Value>(
        &token,
        &jsonwebtoken::DecodingKey::from_ed_components(&key.x).unwrap(),
        &rules,
    );
    assert_eq!(checked.unwrap().claims["sub"], session().user.to_string());
}

#[test]
fn a_refresh_token_is_derived_and_cannot_be_altered() {
    let (auth, _) = auth();
    let grant = RefreshGrant { of: session(), generation: 3 };
    let token = auth.refresh_token(grant);
    assert_eq!(auth.verify_refresh(&token), Some(grant));
    assert_eq!(auth.verify_refresh(&token.replace(".3.", ".4.")), None);
    assert_eq!(auth.verify_refresh(&auth.access_token(session(), Shown::Password).unwrap()), None);
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
