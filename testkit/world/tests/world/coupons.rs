//! Codes in a running shop: many orders at once, crashes in between.

use amazoff_actors::coupon::{CustomerKey, Issue, Redeem, Rejection};
use amazoff_actors::ids::{OrderId, PromotionId, UserId};
use amazoff_actors::pricebook::Window;
use amazoff_supervisor::{AskError, chance};
use amazoff_world::{World, paused};

const CODE: &str = "ONLY-ONE";

async fn issue(world: &World, total_limit: u32) {
    let new = Issue {
        code: CODE.to_owned(),
        promotion: PromotionId::from(chance::uuid()),
        total_limit: Some(total_limit),
        per_customer_limit: None,
        window: Window::default(),
    };
    world.shop().coupons.issue(new, world.envelope()).await.unwrap();
}

fn somebody(world: &World) -> Redeem {
    let (order, user) = (OrderId::from(chance::uuid()), UserId::from(chance::uuid()));
    Redeem { order, attempt: 1, customer: CustomerKey::of_user(user), at: world.shop().clock.now() }
}

/// Fifty orders redeem at the same moment; those that succeed.
async fn rush(world: &World) -> Vec<Redeem> {
    let shop = world.shop();
    let orders: Vec<Redeem> = (0..50).map(|_| somebody(world)).collect();
    let asked = orders.iter().map(|redeem| shop.coupons.redeem(CODE, redeem.clone(), world.envelope()));
    let answers = futures::future::join_all(asked).await;
    let mut winners = Vec::new();
    for (redeem, answer) in orders.into_iter().zip(answers) {
        match answer {
            Ok(_) => winners.push(redeem),
            Err(AskError::Refused { refusal: Rejection::CouponExhausted, .. }) => {}
            Err(other) => panic!("refused as {other:?}"),
        }
    }
    winners
}

/// T-P5 (a), the coupon's half.
#[test]
fn of_fifty_orders_at_once_as_many_as_may_use_a_code_do() {
    paused(async {
        let world = World::start().await;
        issue(&world, 1).await;
        let winners = rush(&world).await;
        assert_eq!(winners.len(), 1);
        let used = world.shop().coupons.look_up("only-one").await.unwrap().unwrap();
        assert_eq!(used.redeemed, 1);

        // The winner again, after a crash and as a new request: it has its use and consumes no second one.
        world.crash().await;
        let coupons = world.shop().coupons;
        let again = coupons.redeem(CODE, winners[0].clone(), world.envelope()).await.unwrap();
        assert_eq!(again.reply.redeemed, 1);
        let before = coupons.get(CODE).await.unwrap().unwrap().version;
        coupons.redeem(CODE, winners[0].clone(), world.envelope()).await.unwrap();
        assert_eq!(coupons.get(CODE).await.unwrap().unwrap().version, before, "a repeat stores nothing");

        // What it gives back, exactly one other gets.
        coupons.release(CODE, winners[0].order, 1, world.envelope()).await.unwrap();
        let second = rush(&world).await;
        assert_eq!(second.len(), 1);
        let order = second[0].order;
        coupons.confirm(CODE, order, world.envelope()).await.unwrap();
        let refused = coupons.release(CODE, order, 1, world.envelope()).await;
        assert!(matches!(refused, Err(AskError::Refused { refusal: Rejection::RedemptionConfirmed, .. })));
    });
}

#[test]
fn a_release_that_overtakes_the_use_keeps_it_out_also_after_a_crash() {
    paused(async {
        let world = World::start().await;
        issue(&world, 1).await;
        let late = somebody(&world);
        world.shop().coupons.release(CODE, late.order, 1, world.envelope()).await.unwrap();
        world.crash().await;
        let refused = world.shop().coupons.redeem(CODE, late.clone(), world.envelope()).await;
        assert!(matches!(refused, Err(AskError::Refused { refusal: Rejection::RedemptionReleased, .. })));
        let next = Redeem { attempt: 2, ..late };
        assert_eq!(
            world.shop().coupons.redeem(CODE, next, world.envelope()).await.unwrap().reply.redeemed,
            1
        );
    });
}
