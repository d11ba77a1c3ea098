//! Numbers of orders for people.

use crate::ids::OrderId;

/// Letters that are not mistaken for each other (Crockford's base 32).
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M',
    'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

const PREFIX: &str = "AZ-";
const LETTERS: usize = 10;

/// The number that people read out: `AZ-` and ten letters (50 bits) of the id, whose low bits are a hash.
pub fn number(id: OrderId) -> String {
    let mut bits = id.uuid().as_u128();
    let mut letters = String::from(PREFIX);
    for _ in 0..LETTERS {
        let letter = usize::try_from(bits % 32).ok().and_then(|index| ALPHABET.get(index));
        letters.extend(letter);
        bits /= 32;
    }
    letters
}

/// The number that somebody means: in letters of either case, with or without `AZ-`, with an O for a zero and an I or L for a
/// one. `None` when it is no whole number of an order.
pub fn read_number(text: &str) -> Option<String> {
    let text = text.to_ascii_uppercase();
    let letters: String = text.strip_prefix(PREFIX).unwrap_or(&text).chars().map(meant).collect();
    let is_whole = letters.len() == LETTERS && letters.chars().all(|letter| ALPHABET.contains(&letter));
    is_whole.then(|| format!("{PREFIX}{letters}"))
}

fn meant(letter: char) -> char {
    match letter {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        let of = number(OrderId::from(uuid::Uuid::from_u128(0x1234_5678_9abc_def0)));
        assert_eq!(read_number(&of).as_ref(), Some(&of));
        assert_eq!(read_number(&of.to_lowercase()).as_ref(), Some(&of));
        assert_eq!(read_number(of.trim_start_matches(PREFIX)).as_ref(), Some(&of));
        assert_eq!(read_number("az-oil0123456").as_deref(), Some("AZ-0110123456"));
        for odd in
            ["", "AZ-", "AZ-012345678", " AZ-0123456789", "AZ-01234567890", "AZ-U123456789", "AZ-é12345678"]
        {
            assert_eq!(read_number(odd), None, "{odd}");
        }
    }
}
