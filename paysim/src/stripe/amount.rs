//! Amounts as Stripe takes them: integers of a unit that is not always ISO's.

use super::failure::Failure;

/// The largest amount: eight digits.
const AMOUNT_MAX: i64 = 99_999_999;
/// Thousandths exist, but the last digit is 0.
const THREE_DECIMALS: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];
/// Written with two decimals that are always 0.
const TWO_ZEROS: &[&str] = &["isk", "ugx"];

/// Checks a currency and an amount of it.
pub(crate) fn check(amount: i64, currency: &str, param: &str) -> Result<(), Failure> {
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err(Failure::param("parameter_invalid", "currency", format!("Invalid currency: {currency}")));
    }
    if amount <= 0 {
        return Err(Failure::param("parameter_invalid_integer", param, "This value must be greater than 0."));
    }
    if amount > AMOUNT_MAX {
        return Err(Failure::param("amount_too_large", param, "The amount has at most eight digits."));
    }
    let unit = if THREE_DECIMALS.contains(&currency) {
        10
    } else if TWO_ZEROS.contains(&currency) {
        100
    } else {
        1
    };
    if amount % unit != 0 {
        let message = format!("Invalid amount: it must be divisible by {unit}.");
        return Err(Failure::param("invalid_charge_amount", param, message));
    }
    Ok(())
}
