//! What promotions take off lines and off the order.

use super::selection::{Chosen, Selection};
use super::sheet::{Sheet, Taking};
use crate::money::MoneyError;
use crate::pricebook::{Kind, in_currency};
use crate::pricing::{Rate, prorate};

/// Takes off what the chosen promotions say: first off the lines, then off the whole order.
pub(super) fn apply(sheet: &mut Sheet<'_>, selection: &Selection<'_>) -> Result<(), MoneyError> {
    for taking in [Taking::FromLines, Taking::FromOrder] {
        for chosen in &selection.chosen {
            if let Some(off) = off(sheet, chosen, taking)? {
                sheet.take((chosen.id, chosen.promotion), chosen.coupon, &off, taking)?;
            }
        }
    }
    Ok(())
}

/// What a promotion takes off which rows; `None` when it belongs to another step.
fn off(
    sheet: &Sheet<'_>,
    chosen: &Chosen<'_>,
    taking: Taking,
) -> Result<Option<Vec<(usize, i64)>>, MoneyError> {
    let rows = sheet.selected(&chosen.promotion.selector);
    let amount_of = |amounts| in_currency(amounts, sheet.basket.currency).map_or(0, |money| money.amount);
    match (&chosen.promotion.kind, taking) {
        (Kind::Percentage { rate }, Taking::FromLines) => percentage(sheet, &rows, *rate).map(Some),
        (Kind::FixedPerPiece { amounts }, Taking::FromLines) => {
            Ok(Some(per_piece(sheet, &rows, amount_of(amounts))))
        }
        (Kind::BuyXGetY { buy, get, off }, Taking::FromLines) => {
            cheapest(sheet, rows, (*buy, *get), *off).map(Some)
        }
        (Kind::OrderPercentage { rate }, Taking::FromOrder) => {
            let whole = sheet.left(&rows)?;
            let off = sheet.book.rounding.share(whole, rate.parts(), Rate::WHOLE.parts())?;
            Ok(Some(shared(sheet, rows, off)))
        }
        (Kind::FixedPerOrder { amounts }, Taking::FromOrder) => {
            let off = amount_of(amounts).min(sheet.left(&rows)?);
            Ok(Some(shared(sheet, rows, off)))
        }
        (
            Kind::Percentage { .. }
            | Kind::FixedPerPiece { .. }
            | Kind::BuyXGetY { .. }
            | Kind::OrderPercentage { .. }
            | Kind::FixedPerOrder { .. }
            | Kind::FreeShipping { .. },
            Taking::FromLines | Taking::FromOrder,
        ) => Ok(None),
    }
}

fn percentage(sheet: &Sheet<'_>, rows: &[usize], rate: Rate) -> Result<Vec<(usize, i64)>, MoneyError> {
    let rows = rows.iter().filter_map(|index| sheet.rows.get(*index).map(|row| (*index, row)));
    rows.map(|(index, row)| {
        let off = sheet.book.rounding.share(row.left, rate.parts(), Rate::WHOLE.parts())?;
        Ok((index, off))
    })
    .collect()
}

fn per_piece(sheet: &Sheet<'_>, rows: &[usize], amount: i64) -> Vec<(usize, i64)> {
    let rows = rows.iter().filter_map(|index| sheet.rows.get(*index).map(|row| (*index, row)));
    rows.map(|(index, row)| {
        let off = amount.saturating_mul(i64::from(row.line.quantity.get()));
        (index, off.min(row.left))
    })
    .collect()
}

/// The cheapest pieces, as many as there are complete groups for. Of a line that discounts reached before, a piece costs
/// an equal part of what is left.
fn cheapest(
    sheet: &Sheet<'_>,
    mut rows: Vec<usize>,
    (buy, get): (u32, u32),
    rate: Rate,
) -> Result<Vec<(usize, i64)>, MoneyError> {
    let row = |index: usize| sheet.rows.get(index);
    let pieces = |index: usize| row(index).map_or(0, |row| u64::from(row.line.quantity.get()));
    let group = (u64::from(buy) + u64::from(get)).max(1);
    let mut cheaper = rows.iter().map(|index| pieces(*index)).sum::<u64>() / group * u64::from(get);
    rows.sort_by_key(|index| row(*index).map(|row| (row.line.unit_price.amount, row.line.line)));
    let mut off = Vec::new();
    for index in rows {
        let Some(row) = row(index) else { continue };
        let reached = cheaper.min(pieces(index));
        cheaper -= reached;
        let dividend = i128::from(row.left) * i128::from(reached) * i128::from(rate.parts());
        let divisor = i128::from(pieces(index)) * i128::from(Rate::WHOLE.parts());
        off.push((index, sheet.book.rounding.divide(dividend, divisor)?));
    }
    off.sort_unstable(); // by line again
    Ok(off)
}

/// An amount shared out over rows by what is left of them.
fn shared(sheet: &Sheet<'_>, rows: Vec<usize>, amount: i64) -> Vec<(usize, i64)> {
    let weights: Vec<i64> =
        rows.iter().map(|index| sheet.rows.get(*index).map_or(0, |row| row.left)).collect();
    rows.into_iter().zip(prorate(amount, &weights)).collect()
}
