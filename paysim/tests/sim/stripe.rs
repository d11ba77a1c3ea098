//! Stripe's rules.

use std::collections::BTreeSet;

use amazoff_paysim::{Act, Kind};

use crate::support::Desk;

#[tokio::test]
async fn money_is_reserved_taken_in_parts_and_never_exceeded() {
    let desk = Desk::new();
    let id = desk.reserve("k1", "1000").await;
    let capture = |amount: &'static str, last: &'static str| {
        let (desk, id) = (&desk, &id);
        async move {
            let form = [("amount_to_capture", amount), ("final_capture", last)];
            desk.post(&format!("payment_intents/{id}/capture"), "", &form).await
        }
    };
    let first = capture("400", "false").await;
    assert_eq!((first.number("/amount_received"), first.number("/amount_capturable")), (400, 600));
    assert_eq!(first.text("/status"), "requires_capture");
    let too_much = capture("601", "false").await;
    assert_eq!((too_much.status, too_much.code().as_str()), (400, "amount_too_large"));
    let cancel = desk.post(&format!("payment_intents/{id}/cancel"), "", &[]).await;
    assert_eq!(cancel.code(), "payment_intent_unexpected_state");
    let rest = capture("0", "true").await;
    assert_eq!((rest.number("/amount_capturable"), rest.text("/status").as_str()), (0, "succeeded"));
    assert_eq!(capture("1", "true").await.code(), "payment_intent_unexpected_state");
    let books = desk.sim.books();
    let account = &books.accounts[&id];
    assert_eq!((account.reserved, account.captured, account.released, account.held()), (1000, 400, 600, 0));
    assert_eq!(account.payment.as_deref(), Some("pay_1"));
    assert_eq!(books.broken, Vec::<String>::new());
}

#[tokio::test]
async fn a_single_capture_releases_the_rest() {
    let desk = Desk::new();
    let created = desk.post("payment_intents", "k", &desk.form("1000", "pm_card_capturedOnce")).await;
    let path = format!("payment_intents/{}/capture", created.text("/id"));
    let several = desk.post(&path, "", &[("amount_to_capture", "400"), ("final_capture", "false")]).await;
    assert_eq!(several.text("/error/param"), "final_capture");
    let once = desk.post(&path, "", &[("amount_to_capture", "400")]).await;
    assert_eq!((once.text("/status").as_str(), once.number("/amount_received")), ("succeeded", 400));
    assert_eq!(desk.sim.books().accounts[&created.text("/id")].released, 600);
}

#[tokio::test]
async fn refunds_never_exceed_what_was_taken() {
    let desk = Desk::new();
    let id = desk.reserve("k", "1000").await;
    let refund = |amount: &'static str| {
        let (desk, id) = (&desk, &id);
        async move { desk.post("refunds", "", &[("payment_intent", id), ("amount", amount)]).await }
    };
    assert_eq!(refund("1").await.code(), "charge_not_refundable");
    desk.post(&format!("payment_intents/{id}/capture"), "", &[]).await;
    assert_eq!(refund("700").await.text("/status"), "succeeded");
    assert_eq!(refund("301").await.code(), "amount_too_large");
    assert_eq!(refund("300").await.status, 200);
    assert_eq!(refund("1").await.code(), "charge_already_refunded");
    let list = desk.get(&format!("refunds?payment_intent={id}")).await;
    assert_eq!(list.body["data"].as_array().unwrap().len(), 2);
    assert_eq!(desk.sim.books().accounts[&id].refunded, 1000);
}

#[tokio::test]
async fn cards_are_refused_as_their_names_say() {
    let desk = Desk::new();
    for (card, code, decline) in [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ] {
        let answer = desk.post("payment_intents", card, &desk.form("500", card)).await;
        assert_eq!((answer.status, answer.code().as_str()), (402, code));
        assert_eq!(answer.text("/error/decline_code"), decline);
        assert_eq!(answer.text("/error/payment_intent/status"), "requires_payment_method");
    }
    let by_number = [
        ("amount", "500"),
        ("currency", "eur"),
        ("confirm", "true"),
        ("payment_method_data[type]", "card"),
        ("payment_method_data[card][number]", "4000000000000069"),
    ];
    assert_eq!(desk.post("payment_intents", "", &by_number).await.code(), "expired_card");
    let unknown = desk.post("payment_intents", "", &desk.form("500", "tok_ok")).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (400, "resource_missing"));
    assert_eq!(desk.sim.books().movements, []);
}

#[tokio::test]
async fn the_cards_owner_is_asked_and_answers_once() {
    let desk = Desk::new();
    for (act, status) in [
        (Act::Approve, "requires_capture"),
        (Act::Decline, "requires_payment_method"),
        (Act::ApproveWithABadCard, "requires_payment_method"),
    ] {
        let asked =
            desk.post("payment_intents", "", &desk.form("500", "pm_card_authenticationRequired")).await;
        let id = asked.text("/id");
        assert_eq!(asked.text("/status"), "requires_action");
        let url = asked.text("/next_action/redirect_to_url/url");
        let page = reqwest::get(&url).await.unwrap();
        assert!(page.text().await.unwrap().contains(&format!("/__sim/act/{id}/approve")));
        desk.sim.act(&id, act).unwrap();
        desk.sim.act(&id, act).unwrap_err();
        assert_eq!(desk.get(&format!("payment_intents/{id}")).await.text("/status"), status);
    }
    assert_eq!(desk.sim.books().count(Kind::Reserved), 1);
}

#[tokio::test]
async fn a_refused_intent_is_confirmed_with_another_card() {
    let desk = Desk::new();
    let refused = desk.post("payment_intents", "a", &desk.form("500", "pm_card_chargeDeclined")).await;
    let id = refused.text("/error/payment_intent/id");
    let path = format!("payment_intents/{id}/confirm");
    let again = desk.post(&path, "b", &[("payment_method", "pm_card_visa")]).await;
    assert_eq!(again.text("/status"), "requires_capture");
    assert_eq!(desk.post(&path, "c", &[("payment_method", "pm_card_visa")]).await.status, 400);
    assert_eq!(desk.sim.books().accounts[&id].reserved, 500);
}

#[tokio::test]
async fn what_is_not_captured_in_seven_days_is_given_up() {
    let desk = Desk::new();
    let (untouched, partly) = (desk.reserve("a", "500").await, desk.reserve("b", "500").await);
    let form = [("amount_to_capture", "100"), ("final_capture", "false")];
    desk.post(&format!("payment_intents/{partly}/capture"), "", &form).await;
    desk.sim.advance(7 * 24 * 60 * 60 * 1_000);
    let gone = desk.get(&format!("payment_intents/{untouched}")).await;
    assert_eq!(
        (gone.text("/status").as_str(), gone.text("/cancellation_reason").as_str()),
        ("canceled", "automatic")
    );
    assert_eq!(desk.get(&format!("payment_intents/{partly}")).await.text("/status"), "succeeded");
    let books = desk.sim.books();
    assert_eq!((books.accounts[&untouched].held(), books.accounts[&partly].held()), (0, 0));
}

#[tokio::test]
async fn disputes_and_failed_refunds_count_against_what_was_taken() {
    let desk = Desk::new();
    let id = desk.reserve("a", "500").await;
    desk.post(&format!("payment_intents/{id}/capture"), "", &[]).await;
    let back = desk.post("refunds", "", &[("payment_intent", &id), ("amount", "200")]).await;
    desk.sim.dispute(&id, Some(301)).unwrap_err();
    let dispute = desk.sim.dispute(&id, None).unwrap();
    let refused = desk.post("refunds", "", &[("payment_intent", &id), ("amount", "1")]).await;
    assert_eq!(refused.code(), "charge_disputed");
    desk.sim.close_dispute(&dispute, true).unwrap();
    desk.sim.close_dispute(&dispute, true).unwrap_err();
    desk.sim.end_refund(&back.text("/id"), true).unwrap();
    let books = desk.sim.books();
    let account = &books.accounts[&id];
    assert_eq!((account.captured, account.refunded, account.disputed), (500, 0, 0));
    assert!(books.broken.is_empty());
}

#[tokio::test]
async fn amounts_and_parameters_are_checked() {
    let desk = Desk::new();
    for (amount, currency, code) in [
        ("0", "eur", "parameter_invalid_integer"),
        ("12.5", "eur", "parameter_invalid_integer"),
        ("100000000", "eur", "amount_too_large"),
        ("100", "EUR", "parameter_invalid"),
        ("1005", "kwd", "invalid_charge_amount"),
        ("150", "isk", "invalid_charge_amount"),
    ] {
        let answer = desk.post("payment_intents", "", &[("amount", amount), ("currency", currency)]).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, code), "{amount} {currency}");
    }
    let yen = desk.post("payment_intents", "", &[("amount", "500"), ("currency", "jpy")]).await;
    assert_eq!(yen.text("/status"), "requires_payment_method");
    let slip =
        desk.post("payment_intents", "", &[("amount", "500"), ("currency", "eur"), ("amuont", "5")]).await;
    assert_eq!(slip.code(), "parameter_unknown");
    let stranger = desk.request(reqwest::Method::GET, "/v1/payment_intents").bearer_auth("sk_test_other");
    assert_eq!(desk.ask(stranger).await.status, 401);
}

#[tokio::test]
async fn lists_go_back_in_time_page_by_page() {
    let desk = Desk::new();
    let mut made = Vec::new();
    for n in 0..5 {
        made.push(desk.reserve(&format!("k{n}"), "500").await);
        desk.sim.advance(10_000);
    }
    let mut seen = Vec::new();
    let mut path = "payment_intents?limit=2".to_owned();
    loop {
        let page = desk.get(&path).await;
        let ids = page.body["data"].as_array().unwrap().iter();
        seen.extend(ids.map(|intent| intent["id"].as_str().unwrap().to_owned()));
        if page.body["has_more"] == false {
            break;
        }
        path = format!("payment_intents?limit=2&starting_after={}", seen.last().unwrap());
    }
    made.reverse();
    assert_eq!(seen, made);
    let since = crate::support::NOW_MS / 1_000 + 25;
    let late = desk.get(&format!("payment_intents?created[gte]={since}")).await;
    assert_eq!(late.body["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_does_one_thing_once() {
    let desk = Desk::new();
    let first = desk.post("payment_intents", "k", &desk.form("500", "pm_card_visa")).await;
    let again = desk.post("payment_intents", "k", &desk.form("500", "pm_card_visa")).await;
    assert!(!first.replayed && again.replayed);
    assert_eq!(first.body, again.body);
    let other = desk.post("payment_intents", "k", &desk.form("501", "pm_card_visa")).await;
    assert_eq!((other.status, other.text("/error/type").as_str()), (400, "idempotency_error"));
    // A refusal is remembered; a mistake that was found before anything began is not.
    let refused = desk.post("payment_intents", "r", &desk.form("500", "pm_card_chargeDeclined")).await;
    let again = desk.post("payment_intents", "r", &desk.form("500", "pm_card_chargeDeclined")).await;
    assert!(again.replayed && again.body == refused.body);
    assert_eq!(desk.post("payment_intents", "m", &[("amount", "500")]).await.status, 400);
    assert_eq!(desk.post("payment_intents", "m", &desk.form("500", "pm_card_visa")).await.status, 200);
    assert_eq!(desk.sim.books().count(Kind::Reserved), 2);
    // After a day, a key is forgotten and does it again: who is unsure by then has to look.
    desk.sim.advance(24 * 60 * 60 * 1_000);
    let forgotten = desk.post("payment_intents", "k", &desk.form("500", "pm_card_visa")).await;
    assert!(!forgotten.replayed);
    assert_eq!(desk.sim.books().count(Kind::Reserved), 3);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_ids() {
    let mut ids = BTreeSet::new();
    for _ in 0..2 {
        ids.insert(Desk::new().reserve("k", "500").await);
    }
    assert_eq!(ids.len(), 1);
}
