//! The secret of a guest's cart: `ct_` and an HMAC of the cart's id. Whoever holds it holds the cart.

use amazoff_actors::ids::CartId;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;

use super::{Auth, mac};

const PREFIX: &str = "ct_";

impl Auth {
    /// The secret of a cart; the same every time.
    pub fn cart_token(&self, cart: CartId) -> String {
        let seal = mac(&self.keys.cart, &[cart.uuid().as_bytes()]).finalize().into_bytes();
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(seal))
    }

    /// Whether a text is the secret of a cart, in constant time.
    pub fn holds_cart(&self, cart: CartId, token: &str) -> bool {
        let seal = token.strip_prefix(PREFIX).and_then(|seal| URL_SAFE_NO_PAD.decode(seal).ok());
        seal.is_some_and(|seal| mac(&self.keys.cart, &[cart.uuid().as_bytes()]).verify_slice(&seal).is_ok())
    }
}
