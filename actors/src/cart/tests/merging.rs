//! Two carts become one.

use amazoff_testkit::{Life, given};
use proptest::prelude::*;

use super::*;
use crate::cart::effect::Handover;

fn cart_id(n: u128) -> CartId {
    CartId::from(Uuid::from_u128(n))
}

fn source() -> CartId {
    cart_id(11)
}

fn target() -> CartId {
    cart_id(12)
}

fn merge(strategy: MergeStrategy) -> Command {
    Command::MergeInto { target: target(), strategy }
}

/// What the other cart is asked, with so many pieces on the shelf.
fn absorb(strategy: MergeStrategy, lines: &[Line], available: u32) -> Command {
    Command::Absorb(Box::new(Absorption {
        source: source(),
        asker: Principal::User(user(1).uuid()),
        currency: Currency::EUR,
        strategy,
        lines: lines.iter().map(|line| (line.clone(), available)).collect(),
        coupons: Vec::new(),
    }))
}

fn of_person(lines: &[(u128, u32)]) -> Vec<Event> {
    let lines = lines.iter().map(|(n, quantity)| Event::LineAdded { line: line(*n, *quantity) });
    std::iter::once(created_for(Owner::User(user(1)))).chain(lines).collect()
}

fn quantities(view: &View) -> Vec<(LineId, u32)> {
    view.lines.iter().map(|line| (line.id, line.quantity.get())).collect()
}

pub(super) fn any_command() -> impl Strategy<Value = Command> {
    let strategy = prop_oneof![
        Just(MergeStrategy::SumCapped),
        Just(MergeStrategy::Max),
        Just(MergeStrategy::UseGuest),
        Just(MergeStrategy::UseExisting),
    ];
    (strategy, 0..4_u8, 1..=Quantity::MAX, 0..150_u32).prop_map(|(strategy, what, n, available)| match what {
        0 => merge(strategy),
        1 => Command::RecordAbsorbed { target: target(), warnings: Vec::new() },
        2 => Command::RecordMergeRefused { target: target(), refusal: Box::new(Rejection::CartLocked) },
        _ => absorb(strategy, &[line(1, n), line(2, 1)], available),
    })
}

/// CART-9.
#[test]
fn a_cart_that_merges_is_locked_until_the_other_has_everything() {
    let handover = Handover {
        target: target(),
        asker: Principal::System,
        currency: Currency::EUR,
        strategy: MergeStrategy::SumCapped,
        lines: vec![line(1, 2)],
        coupons: Vec::new(),
    };
    given::<Cart>(filled())
        .entity(source())
        .when(merge(MergeStrategy::SumCapped))
        .then_events([Event::MergeStarted { target: target(), strategy: MergeStrategy::SumCapped }])
        .then_effects([Effect::MergeInto(Box::new(handover))])
        .then_reply_is(|view| assert_eq!((view.status.as_str(), view.lines.len()), ("merging", 1)))
        .when(merge(MergeStrategy::SumCapped))
        .then_nothing_happens()
        .when(add(1, 1))
        .then_rejects(Rejection::CartLocked)
        .when(claim(1))
        .then_rejects(Rejection::CartLocked)
        .when(Command::MergeInto { target: cart_id(13), strategy: MergeStrategy::Max })
        .then_rejects(Rejection::CartLocked)
        .when(Command::RecordAbsorbed { target: target(), warnings: Vec::new() })
        .then_events([Event::Merged { target: target(), warnings: Vec::new() }])
        .then_reply_is(|view| {
            assert_eq!((view.status.as_str(), view.merged_into), ("merged", Some(target())));
            assert!(view.lines.is_empty());
        })
        .when(merge(MergeStrategy::Max))
        .then_nothing_happens()
        .when(add(1, 1))
        .then_rejects(Rejection::CartMerged)
        .when(Command::MergeInto { target: cart_id(13), strategy: MergeStrategy::Max })
        .then_rejects(Rejection::CartMerged);
}

/// CART-9.
#[test]
fn a_merge_that_is_refused_leaves_the_cart_as_it_was() {
    let refusal = Box::new(Rejection::CurrencyMismatch);
    given::<Cart>(filled())
        .entity(source())
        .when(merge(MergeStrategy::SumCapped))
        .then_reply_is(|view| assert_eq!(view.status, "merging"))
        .when(Command::RecordMergeRefused { target: target(), refusal: refusal.clone() })
        .then_events([Event::MergeRefused { target: target(), refusal: refusal.clone() }])
        .then_state(|cart| assert_eq!(cart.merge_refused.as_ref().unwrap().refusal, *refusal))
        .when(Command::RecordMergeRefused { target: target(), refusal })
        .then_nothing_happens()
        .when(add(1, 1))
        .then_reply_is(|view| assert_eq!(view.lines[0].quantity.get(), 3));
}

#[test]
fn a_cart_cannot_be_merged_into_itself_nor_while_it_is_being_paid() {
    given::<Cart>(filled())
        .entity(target())
        .when(merge(MergeStrategy::Max))
        .then_rejects(Rejection::MergeIntoItself);
    given::<Cart>(claimed(1)).when(merge(MergeStrategy::Max)).then_rejects(Rejection::CartLocked);
    given::<Cart>(completed()).when(merge(MergeStrategy::Max)).then_rejects(Rejection::CartCompleted);
}

/// T-C5: one line per variant; each strategy does what it says.
#[test]
fn the_same_variant_of_two_carts_becomes_one_line() {
    let guest = [line(1, 3), line(2, 4)];
    let after = |strategy, wanted: &[(u128, u32)]| {
        let wanted: Vec<_> = wanted.iter().map(|(n, quantity)| (line_id(*n), *quantity)).collect();
        given::<Cart>(of_person(&[(1, 2), (3, 1)]))
            .when(absorb(strategy, &guest, STOCK))
            .then_reply_is(|view| assert_eq!(quantities(view), wanted, "{strategy:?}"));
    };
    after(MergeStrategy::SumCapped, &[(1, 5), (3, 1), (2, 4)]);
    after(MergeStrategy::Max, &[(1, 3), (3, 1), (2, 4)]);
    after(MergeStrategy::UseGuest, &[(1, 3), (2, 4)]);
    after(MergeStrategy::UseExisting, &[(1, 2), (3, 1)]);
}

/// T-C5: a cart that has all the stock and a guest's cart of the same thing.
#[test]
fn a_sum_is_capped_at_the_stock_and_at_the_most_of_a_line_and_says_so() {
    let capped = |known, guest, available, quantity| {
        let warning =
            Warning::QuantityCapped { line: line_id(1), wanted: known + guest, quantity: pieces(quantity) };
        given::<Cart>(of_person(&[(1, known)]))
            .when(absorb(MergeStrategy::SumCapped, &[line(1, guest)], available))
            .then_reply_is(|view| {
                assert_eq!(quantities(view), [(line_id(1), quantity)]);
                assert_eq!(view.warnings, [warning]);
            });
    };
    capped(5, 5, 5, 5);
    capped(5, 3, 7, 7);
    capped(60, 60, STOCK, Quantity::MAX);
    // Neither cart loses what it had, also when less is left by now: the view says that it is scarce.
    capped(2, 6, 0, 6);
}

/// T-C5, CART-10: whatever is repeated, and whatever the shopper did meanwhile.
#[test]
fn a_cart_is_taken_over_once_and_what_is_removed_afterwards_does_not_come_back() {
    let again = absorb(MergeStrategy::SumCapped, &[line(1, 3)], STOCK);
    given::<Cart>(of_person(&[]))
        .when(again.clone())
        .then_events([
            Event::LineAdded { line: line(1, 3) },
            Event::Absorbed { source: source(), strategy: MergeStrategy::SumCapped },
        ])
        .when(Command::RemoveLine { line: line_id(1) })
        .then_reply_is(|view| assert!(view.lines.is_empty()))
        .when(again)
        .then_nothing_happens();
}

/// CART-7, CART-9.
#[test]
fn a_cart_takes_nothing_over_from_a_stranger_in_another_currency_or_while_it_is_being_paid() {
    let ask = |change: fn(&mut Absorption)| {
        let mut command = absorb(MergeStrategy::SumCapped, &[line(1, 3)], STOCK);
        if let Command::Absorb(absorption) = &mut command {
            change(absorption);
        }
        command
    };
    let mine = || of_person(&[(1, 1)]);
    let strange = ask(|absorption| absorption.asker = Principal::User(user(2).uuid()));
    given::<Cart>(mine()).when(strange).then_rejects(Rejection::CartNotFound);
    let guest = ask(|absorption| absorption.asker = Principal::Guest);
    given::<Cart>(mine()).when(guest).then_rejects(Rejection::CartNotFound);
    let dollars = ask(|absorption| absorption.currency = "USD".parse().unwrap());
    given::<Cart>(mine()).when(dollars).then_rejects(Rejection::CurrencyMismatch);
    given::<Cart>([]).when(ask(|_| {})).then_rejects(Rejection::CartNotFound);
    let paying = [mine(), vec![Event::Claimed { attempt: 1 }]].concat();
    given::<Cart>(paying).when(ask(|_| {})).then_rejects(Rejection::CartLocked);
}

#[test]
fn two_carts_with_too_many_lines_stay_two() {
    let known: Vec<(u128, u32)> = (0..60).map(|n| (n, 1)).collect();
    let guest: Vec<Line> = (50..110).map(|n| line(n, 1)).collect();
    given::<Cart>(of_person(&known))
        .when(absorb(MergeStrategy::SumCapped, &guest, STOCK))
        .then_rejects(Rejection::TooManyLines);
    given::<Cart>(of_person(&known))
        .when(absorb(MergeStrategy::UseGuest, &guest, STOCK))
        .then_reply_is(|view| assert_eq!(view.lines.len(), 60));
}

#[test]
fn codes_come_along_as_far_as_there_is_room() {
    let mut command = absorb(MergeStrategy::SumCapped, &[], STOCK);
    if let Command::Absorb(absorption) = &mut command {
        absorption.coupons = ["A1", "B2", "C3"].map(str::to_owned).to_vec();
    }
    let four = ["A1", "W6", "X7", "Y8"].map(|code| Event::CouponApplied { code: code.to_owned() });
    given::<Cart>([of_person(&[]), four.to_vec()].concat())
        .when(command)
        .then_state(|cart| assert_eq!(cart.coupons, ["A1", "W6", "X7", "Y8", "B2"]))
        .then_reply_is(|view| {
            assert_eq!(view.warnings, [Warning::CouponLeft { code: "C3".to_owned() }]);
        });
}

/// Where a crash may strike: the other cart has answered or not, its answer has arrived or not, and each comes twice.
#[test]
fn no_piece_is_lost_or_doubled_wherever_a_merge_is_cut() {
    for cut in 0..4 {
        let mut guest = Life::<Cart>::new(source().uuid());
        guest.happened(filled());
        let mut person = Life::<Cart>::new(target().uuid());
        person.happened(of_person(&[(1, 1)]));
        let effects = guest.run(merge(MergeStrategy::SumCapped)).unwrap().effects;
        let Some(Effect::MergeInto(handover)) = effects.first() else { panic!("nothing is handed over") };
        let ask = absorb(handover.strategy, &handover.lines, STOCK);
        let deliver = |person: &mut Life<Cart>| {
            person.run(ask.clone()).unwrap();
            Command::RecordAbsorbed { target: target(), warnings: Vec::new() }
        };
        match cut {
            0 => {}
            1 => drop(deliver(&mut person)),
            2 => drop(guest.run(deliver(&mut person)).unwrap()),
            _ => {
                guest.run(deliver(&mut person)).unwrap();
                guest.run(deliver(&mut person)).unwrap();
            }
        }
        let anywhere = guest.state().lines.len() + person.state().absorbed.len();
        assert!(anywhere > 0, "cut {cut}: the pieces are nowhere");
        guest.run(deliver(&mut person)).unwrap();
        assert_eq!(person.state().lines[0].quantity.get(), 3, "cut {cut}");
        assert_eq!(guest.state().status, Status::Merged { target: target() }, "cut {cut}");
    }
}
