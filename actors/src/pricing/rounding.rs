//! The one place where a cent can be gained or lost: dividing.

use serde::{Deserialize, Serialize};

use crate::money::MoneyError;

/// Where an amount goes that lies between two minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearer one, and a half away from zero: what tax offices expect.
    #[default]
    HalfUp,
    /// To the nearer one, and a half to the even one: what many accounting programs do.
    HalfEven,
    /// To the nearer one, and a half towards zero.
    HalfDown,
}

impl Rounding {
    /// `amount × numerator ÷ denominator`, rounded once.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the result has no room in 64 bits, or the denominator is not positive.
    pub fn share(self, amount: i64, numerator: i64, denominator: i64) -> Result<i64, MoneyError> {
        if denominator <= 0 {
            return Err(MoneyError::Overflow);
        }
        let product = i128::from(amount) * i128::from(numerator);
        self.divide(product, i128::from(denominator))
    }

    /// The quotient of a positive divisor, rounded.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when the result has no room in 64 bits, or the divisor is not positive.
    pub fn divide(self, dividend: i128, divisor: i128) -> Result<i64, MoneyError> {
        if divisor <= 0 {
            return Err(MoneyError::Overflow);
        }
        let (whole, rest) = (dividend / divisor, dividend % divisor);
        let left = divisor - rest.abs(); // compared with the rest instead of doubling it, which could overflow
        let away = match rest.abs().cmp(&left) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => match self {
                Self::HalfUp => true,
                Self::HalfEven => whole % 2 != 0,
                Self::HalfDown => false,
            },
        };
        let rounded = if away { whole + dividend.signum() } else { whole };
        i64::try_from(rounded).map_err(|_too_large| MoneyError::Overflow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_half_goes_where_the_mode_says() {
        let halves = |mode: Rounding| [-5, -3, -1, 1, 3, 5].map(|half| mode.divide(half, 2).unwrap());
        assert_eq!(halves(Rounding::HalfUp), [-3, -2, -1, 1, 2, 3]);
        assert_eq!(halves(Rounding::HalfEven), [-2, -2, 0, 0, 2, 2]);
        assert_eq!(halves(Rounding::HalfDown), [-2, -1, 0, 0, 1, 2]);
    }

    #[test]
    fn what_is_no_half_goes_to_the_nearer_one_in_every_mode() {
        for mode in [Rounding::HalfUp, Rounding::HalfEven, Rounding::HalfDown] {
            assert_eq!([4, 5, 6, 7].map(|n| mode.divide(n, 3).unwrap()), [1, 2, 2, 2]);
            assert_eq!([-4, -5].map(|n| mode.divide(n, 3).unwrap()), [-1, -2]);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(Rounding::HalfUp.share(i64::MAX, 2, 1), Err(MoneyError::Overflow));
        assert_eq!(Rounding::HalfUp.share(i64::MAX, i64::MAX, i64::MAX), Ok(i64::MAX));
        assert_eq!(Rounding::HalfUp.share(1, 1, 0), Err(MoneyError::Overflow));
        assert_eq!(Rounding::HalfUp.divide(1, -1), Err(MoneyError::Overflow));
    }

    proptest! {
        #[test]
        fn a_share_is_never_off_by_more_than_a_half(amount: i32, numerator in 0..2_000_000_i64, denominator in 1..2_000_000_i64) {
            for mode in [Rounding::HalfUp, Rounding::HalfEven, Rounding::HalfDown] {
                let got = mode.share(i64::from(amount), numerator, denominator).unwrap();
                let exact = i128::from(amount) * i128::from(numerator);
                let off = i128::from(got) * i128::from(denominator) - exact;
                prop_assert!(off.abs() * 2 <= i128::from(denominator));
            }
        }
    }
}
