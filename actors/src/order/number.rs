//! Numbers of orders for people.

use crate::ids::OrderId;

/// Letters that are not mistaken for each other (Crockford's base 32).
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M',
    'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

/// The number that people read out: `AZ-` and ten letters (50 bits) of the id, whose low bits are a hash.
pub fn number(id: OrderId) -> String {
    let mut bits = id.uuid().as_u128();
    let mut letters = String::from("AZ-");
    for _ in 0..10 {
        let letter = usize::try_from(bits % 32).ok().and_then(|index| ALPHABET.get(index));
        letters.extend(letter);
        bits /= 32;
    }
    letters
}
