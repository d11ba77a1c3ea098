//! Sharing an amount out exactly.

/// Shares `total` out by `weights`, by largest remainder: everyone gets the whole part of their share, and the minor units
/// that are left go one by one to those whose fraction was cut most, the lowest index first among equals.
///
/// The shares sum to exactly `total`, none is negative for a total of zero or more, and none is more than one minor unit
/// away from its exact share. Weights below zero count as zero; when none is above zero, all weigh the same. Without
/// weights there are no shares.
pub fn prorate(total: i64, weights: &[i64]) -> Vec<i64> {
    let mut weights: Vec<i128> = weights.iter().map(|weight| i128::from((*weight).max(0))).collect();
    let mut sum: i128 = weights.iter().sum();
    if sum == 0 {
        weights.fill(1);
        sum = weights.iter().sum();
    }
    if sum == 0 {
        return Vec::new();
    }
    let (sign, amount) = (i128::from(total.signum()), i128::from(total).abs());
    let exact: Vec<(i128, i128)> =
        weights.iter().map(|weight| (amount * weight / sum, amount * weight % sum)).collect();
    let mut shares: Vec<i128> = exact.iter().map(|(whole, _)| *whole).collect();
    let left = amount - shares.iter().sum::<i128>();
    let mut by_fraction: Vec<usize> = (0..exact.len()).collect();
    by_fraction.sort_by_key(|index| std::cmp::Reverse(exact.get(*index).map(|(_, fraction)| *fraction)));
    let left = usize::try_from(left).unwrap_or(usize::MAX); // fewer than there are weights
    for index in by_fraction.into_iter().take(left) {
        if let Some(share) = shares.get_mut(index) {
            *share += 1;
        }
    }
    // A share is no larger than the total, so it fits.
    shares.into_iter().map(|share| i64::try_from(sign * share).unwrap_or(total)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_remainders_get_what_is_left() {
        assert_eq!(prorate(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(prorate(10, &[1999, 2999, 2]), [4, 6, 0]);
        assert_eq!(prorate(1, &[1, 5, 5]), [0, 1, 0]);
        assert_eq!(prorate(-100, &[1, 1, 1]), [-34, -33, -33]);
    }

    #[test]
    fn weights_of_nothing_weigh_the_same() {
        assert_eq!(prorate(5, &[0, 0]), [3, 2]);
        assert_eq!(prorate(5, &[-7, 2]), [0, 5]);
        assert!(prorate(5, &[]).is_empty());
        assert_eq!(prorate(0, &[3, 4]), [0, 0]);
    }

    #[test]
    fn the_largest_amounts_are_shared_exactly() {
        assert_eq!(prorate(i64::MAX, &[i64::MAX, i64::MAX]), [i64::MAX / 2 + 1, i64::MAX / 2]);
        assert_eq!(prorate(i64::MIN + 1, &[1]), [i64::MIN + 1]);
        assert_eq!(prorate(i64::MIN, &[1]), [i64::MIN]);
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_total_and_are_within_one_of_exact(
            total in -1_000_000_000_000..1_000_000_000_000_i64,
            weights in proptest::collection::vec(0..1_000_000_000_i64, 1..50),
        ) {
            let shares = prorate(total, &weights);
            prop_assert_eq!(shares.len(), weights.len());
            prop_assert_eq!(shares.iter().sum::<i64>(), total);
            let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            if sum > 0 {
                for (share, weight) in shares.iter().zip(&weights) {
                    let off = i128::from(*share) * sum - i128::from(total) * i128::from(*weight);
                    prop_assert!(off.abs() < sum, "{share} for {weight}");
                }
            }
        }
    }
}
