//! Holds and clocks: time alone frees nothing that somebody is paying for.

use std::time::Duration;

use amazoff_actors::payment::Confirmation;
use amazoff_testkit::faults::FaultPlan;
use amazoff_world::{Trouble, World, fail_each_step, paused};
use futures::future::join_all;

use super::{MANY, aside, at_the_bank, books_balance, is_bought, jump, many_at_the_bank};

/// Longer than anything is held for.
const OVERDUE: Duration = Duration::from_hours(1);

/// T-S5 (a): many agree, their bank is slow to say so, and meanwhile their holds are overdue. Paid is honoured.
#[test]
fn holds_of_many_that_are_overdue_while_their_shoppers_pay_are_honoured() {
    paused(async {
        let plan = FaultPlan::seeded(1);
        let world = World::with(plan.clone()).await;
        let many = u32::try_from(MANY).unwrap();
        let shelf = world.stock(1_999, many).await;
        let asked = many_at_the_bank(&world, shelf).await;
        let _ = plan.clone().often(Trouble::STALLED, 10_000);
        let shop = world.shop();
        let agree = |payment| shop.payments.confirm(payment, Confirmation::Approve, world.envelope());
        let agreed = join_all(asked.iter().map(|(_, payment)| agree(*payment))).await;
        assert!(agreed.iter().all(Result::is_ok), "{agreed:?}");
        jump(&world, OVERDUE).await;
        assert_eq!(aside(&world, shelf).await, (many, 0), "all of them still wait for their bank");
        plan.heal();
        world.settled().await;
        for (cart, _) in &asked {
            assert!(is_bought(&world, *cart).await);
        }
        assert_eq!(aside(&world, shelf).await, (0, many));
        books_balance(&world).await;
    });
}

/// T-S5 (b), T-S6 (b): the clock jumps over the end of a hold and back while its shopper agrees and the power is cut.
#[test]
fn a_hold_that_is_overdue_while_its_shopper_pays_is_honoured_wherever_the_power_is_cut() {
    let cuts = fail_each_step(
        async |world| {
            let shelf = world.stock(1_999, 1).await;
            (shelf, at_the_bank(world, shelf).await)
        },
        async |world, (_, (_, payment))| {
            let (shop, clock) = (world.shop(), &world.clock);
            let agreed = shop.payments.confirm(*payment, Confirmation::Approve, world.envelope());
            let _ = tokio::join!(agreed, jump(world, OVERDUE));
            clock.jump_ms(-2 * i64::try_from(OVERDUE.as_millis()).unwrap());
        },
        async |world, (shelf, (cart, _)), cut| {
            let bought = is_bought(world, *cart).await;
            assert_eq!(aside(world, *shelf).await, (0, u32::from(bought)), "{cut:?}");
            books_balance(world).await;
        },
    );
    assert!(cuts > 10, "{cuts} cuts");
}

/// T-S6 (a): while nobody can say what became of the money of many, the clock jumps an hour and back; nothing becomes free.
#[test]
fn a_clock_that_jumps_frees_nothing_that_many_are_paying_for() {
    paused(async {
        let plan = FaultPlan::seeded(1);
        let world = World::with(plan.clone()).await;
        let shelf = world.stock(1_999, u32::try_from(MANY).unwrap()).await;
        let asked = many_at_the_bank(&world, shelf).await;
        let held = (u32::try_from(MANY).unwrap(), 0);
        let _ = plan.clone().often(Trouble::UNAVAILABLE, 10_000);
        for hours in [1, -1, -1, 2] {
            world.clock.jump_ms(hours * 3_600_000);
            tokio::time::sleep(Duration::from_secs(60)).await;
            assert_eq!(aside(&world, shelf).await, held, "after {hours} h");
            assert_eq!(world.shop().stocks.available(shelf.variant).await.unwrap(), 0);
        }
        plan.heal();
        world.pass_patience().await;
        let mut promised = 0;
        for (cart, _) in asked {
            promised += u32::from(is_bought(&world, cart).await);
        }
        assert_eq!(aside(&world, shelf).await, (0, promised));
        books_balance(&world).await;
    });
}
