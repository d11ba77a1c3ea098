//! Every page says what it must, and nothing that a person typed becomes markup.

use askama::Template;

use super::order::StepState;
use super::samples::{
    account, bank, cart, checkout, design, error, home, inbox, list, login, order, orders, picture, problem,
    product, register,
};
use super::{Field, Notice, form};

const HOSTILE: &str = r#""><script>alert('x')</script><img src=x onerror=alert(1)>&"#;

/// Every page of the shop as it is served.
fn pages() -> Vec<(&'static str, String)> {
    let render = |name, page: &dyn askama::DynTemplate| (name, page.dyn_render().expect("renders"));
    vec![
        render("home", &home()),
        render("list", &list()),
        render("product", &product()),
        render("cart", &cart()),
        render("checkout", &checkout()),
        render("order", &order()),
        render("orders", &orders()),
        render("login", &login()),
        render("register", &register()),
        render("account", &account()),
        render("inbox", &inbox()),
        render("design", &design()),
        render("bank", &bank()),
        render("error", &error()),
        render("problem", &problem()),
    ]
}

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[test]
fn every_page_has_one_title_one_heading_one_main_and_a_language() {
    for (name, html) in pages() {
        for part in ["<!DOCTYPE html>", r#"<html lang="en">"#, "<title>", "<h1", "<main", "</html>"] {
            assert_eq!(count(&html, part), 1, "{part} on {name}");
        }
    }
}

#[test]
fn no_page_has_a_script_or_a_style_of_its_own() {
    for (name, html) in pages() {
        // What is only read by search engines is run by nobody.
        let data = count(&html, r#"<script type="application/ld+json">"#);
        let ours = count(&html, r#"<script type="module" src="/assets/"#);
        assert_eq!(count(&html, "<script"), ours + data, "{name}");
        for part in ["<style", " style=", " onclick", " onload", "javascript:", "http://", "https://"] {
            assert!(!html.contains(part), "{part} on {name}");
        }
    }
}

#[test]
fn every_asset_is_addressed_with_its_hash() {
    for (name, html) in pages() {
        for address in html.split('"').filter(|text| text.starts_with("/assets/")) {
            let release = address.split('/').nth(2).unwrap_or_default();
            assert_eq!(release.len(), 16, "{address} on {name}");
        }
    }
}

#[test]
fn every_input_that_is_seen_has_a_label_and_every_picture_a_size_and_a_text() {
    for (name, html) in pages() {
        for tag in html.split('<').filter(|tag| tag.starts_with("input") || tag.starts_with("select")) {
            let quiet = tag.contains(r#"type="hidden""#) || tag.contains(r#"type="radio""#);
            let id = tag.split(r#"id=""#).nth(1).and_then(|rest| rest.split('"').next());
            let labelled = id.is_some_and(|id| html.contains(&format!(r#"for="{id}""#)));
            assert!(quiet || labelled, "<{tag} on {name}");
        }
        for tag in html.split('<').filter(|tag| tag.starts_with("img")) {
            assert!(["alt=", "width=", "height="].iter().all(|part| tag.contains(part)), "<{tag} on {name}");
        }
    }
}

#[test]
fn every_id_is_used_once() {
    for (name, html) in pages() {
        let mut ids: Vec<_> =
            html.split(r#" id=""#).skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{name}");
    }
}

#[test]
fn every_form_that_changes_something_carries_a_key() {
    for (name, html) in pages() {
        for form in html.split("<form").skip(1).filter(|form| form.contains(r#"method="post""#)) {
            let form = form.split("</form>").next().unwrap_or_default();
            let keyless = form.contains(r#"action="/login""#) || form.contains(r#"action="/logout""#);
            assert!(keyless || form.contains(r#"name="key" value="key-of-"#), "{name}: {form}");
        }
    }
}

#[test]
fn hostile_text_stays_text_everywhere() {
    let hostile = || HOSTILE.to_owned();
    let mut front = home();
    front.frame.query = hostile();
    front.frame.shopper = Some(hostile());
    front.frame.notice = Some(Notice::bad(HOSTILE));
    front.heading = Some(hostile());
    front.cards[0].title = hostile();
    front.cards[0].image = Some(picture(HOSTILE));
    let mut article = product();
    (article.title, article.brand, article.paragraphs) = (hostile(), hostile(), vec![hostile()]);
    article.variants[0].label = hostile();
    let mut bag = cart();
    (bag.lines[0].title, bag.lines[0].options) = (hostile(), hostile());
    let mut paying = checkout();
    paying.contact[0] = Field::email("email", "E-mail", "email").filled(HOSTILE);
    form::blame(&mut paying.contact, "email", HOSTILE).expect("the field is there");
    let mut bought = order();
    (bought.contact, bought.progress.detail) = (vec![hostile()], hostile());
    let mut entry = login();
    entry.next = hostile();
    let mut person = account();
    (person.name, person.email) = (hostile(), hostile());
    let mut failed = error();
    (failed.detail, failed.code, failed.request_id) = (hostile(), hostile(), hostile());
    let mut told = problem();
    told.code = hostile();
    told.blocks =
        super::markdown::blocks(&format!("# {HOSTILE}\n\n{HOSTILE}\n\n- {HOSTILE}\n\n```\n{HOSTILE}\n```"));
    let all: [&dyn askama::DynTemplate; 9] =
        [&front, &article, &bag, &paying, &bought, &entry, &person, &failed, &told];
    for page in all {
        let html = page.dyn_render().expect("renders");
        assert!(!html.contains("<script>") && !html.contains("<img src=x"), "{html}");
        assert!(html.contains("&#60;script&#62;"), "{html}");
    }
}

#[test]
fn a_faulty_field_is_tied_to_its_message_and_keeps_what_was_typed() {
    let mut page = login();
    page.fields[0] = Field::email("email", "E-mail", "username").filled("ada@");
    form::blame(&mut page.fields, "email", "This is no e-mail address.").expect("the field is there");
    let html = page.render().expect("renders");
    assert!(html.contains(r#"value="ada@""#));
    assert!(html.contains(r#"aria-invalid="true" aria-describedby="email-error""#));
    assert!(html.contains(r#"<p class="field-error" id="email-error">This is no e-mail address.</p>"#));
    assert!(html.contains(r##"<a href="#email">This is no e-mail address.</a>"##));
}

#[test]
fn a_sold_out_variant_cannot_be_chosen() {
    let html = product().render().expect("renders");
    let sold_out = html.split("<input").find(|tag| tag.contains("var_Blue")).expect("the variant is listed");
    assert!(sold_out.contains(" disabled") && sold_out.contains("Sold out"));
    assert!(html.contains("Only 3 left"));
}

#[test]
fn an_empty_bag_offers_no_checkout_and_a_full_one_does() {
    let mut empty = cart();
    (empty.lines, empty.sums) = (Vec::new(), None);
    let html = empty.render().expect("renders");
    assert!(html.contains("Nothing in it yet") && !html.contains("/checkout"));
    assert!(cart().render().expect("renders").contains(r#"href="/checkout""#));
}

#[test]
fn a_bag_that_is_being_paid_cannot_be_changed() {
    let page = super::cart::CartPage { paying: Some("/orders/ord_1".to_owned()), ..cart() };
    let html = page.render().expect("renders");
    assert!(html.contains("being paid right now"));
    assert!(!html.contains(r#"method="post""#) && !html.contains(r#"href="/checkout""#));
}

#[test]
fn the_checkout_sends_what_the_shopper_agreed_to() {
    let html = checkout().render().expect("renders");
    assert!(html.contains(r#"name="expected_amount" value="7350""#));
    assert!(html.contains(r#"name="expected_currency" value="EUR""#));
    for token in ["tok_ok", "tok_decline", "tok_action", "tok_stall"] {
        assert!(html.contains(&format!(r#"value="{token}""#)), "{token}");
    }
    assert!(html.contains("Pay €73.50"));
}

#[test]
fn an_order_that_moves_reloads_without_scripts_and_a_settled_one_does_not() {
    let moving = order();
    let html = moving.render().expect("renders");
    assert!(html.contains(r#"<noscript><meta http-equiv="refresh" content="4"></noscript>"#));
    assert!(
        html.contains(" data-moving")
            && html.contains(r#"aria-current="step""#)
            && html.contains(r#"aria-live="polite""#)
    );
    let mut settled = order();
    settled.progress.moving = false;
    settled.progress.steps[2].state = StepState::Done;
    let html = settled.render().expect("renders");
    assert!(
        !html.contains("http-equiv")
            && !html.contains(" data-moving")
            && !html.contains("aria-current=\"step\"")
    );
}

#[test]
fn the_bank_asks_only_while_there_is_something_to_decide() {
    assert_eq!(count(&bank().render().expect("renders"), "<form"), 2);
    let closed = super::bank::BankPage { open: false, ..bank() };
    assert_eq!(count(&closed.render().expect("renders"), "<form"), 0);
}

#[test]
fn the_bag_is_announced_in_words() {
    for (count, words) in [(0, "Bag, empty"), (1, "Bag, 1 item"), (2, "Bag, 2 items")] {
        assert_eq!(super::Frame { bag_count: count, ..super::Frame::default() }.bag_label(), words);
    }
}
