//! Lists: the newest first, by cursor, filtered by the moment of creation.

use serde_json::{Value, json};

use super::Stripe;
use super::failure::Failure;
use super::form::Form;

/// Most entries of a page, and how many there are when nobody says.
const LIMIT_MAX: i64 = 100;
const LIMIT: i64 = 10;

type Done = Result<Value, Failure>;

struct Page {
    limit: usize,
    after: Option<String>,
    before: Option<String>,
    from: i64,
    to: i64,
}

fn page(form: &mut Form) -> Result<Page, Failure> {
    let limit = form.integer("limit")?.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Failure::param("parameter_invalid_integer", "limit", "Between 1 and 100."));
    }
    let exact = form.integer("created")?;
    let gt = form.integer("created[gt]")?.map(|moment| moment.saturating_add(1));
    let lt = form.integer("created[lt]")?.map(|moment| moment.saturating_sub(1));
    let from = exact.or(form.integer("created[gte]")?).or(gt).unwrap_or(i64::MIN);
    let to = exact.or(form.integer("created[lte]")?).or(lt).unwrap_or(i64::MAX);
    let (after, before) = (form.text("starting_after"), form.text("ending_before"));
    Ok(Page { limit: usize::try_from(limit).unwrap_or(1), after, before, from, to })
}

/// Cuts the page out of everything, which comes oldest first.
fn cut<'a, T: 'a>(
    url: &str,
    page: &Page,
    all: impl DoubleEndedIterator<Item = &'a T>,
    (id, created): (impl Fn(&T) -> &str, impl Fn(&T) -> i64),
    write: impl Fn(&T) -> Value,
) -> Done {
    let matching: Vec<_> = all.rev().filter(|item| (page.from..=page.to).contains(&created(item))).collect();
    let place = |cursor: &String| {
        let found = matching.iter().position(|item| id(item) == cursor);
        found.ok_or_else(|| Failure::param("resource_missing", "starting_after", "No such object."))
    };
    let (start, end) = match (&page.after, &page.before) {
        (Some(after), _) => (place(after)? + 1, matching.len()),
        (None, Some(before)) => {
            let end = place(before)?;
            (end.saturating_sub(page.limit), end)
        }
        (None, None) => (0, matching.len()),
    };
    let shown = matching.get(start..end).unwrap_or_default();
    let data: Vec<_> = shown.iter().take(page.limit).map(|item| write(item)).collect();
    let more = if page.before.is_some() { start > 0 } else { shown.len() > page.limit };
    Ok(json!({ "object": "list", "url": url, "has_more": more, "data": data }))
}

impl Stripe {
    pub(super) fn list_intents(&self, mut form: Form) -> Done {
        let page = page(&mut form)?;
        let expand = form.list("expand").iter().any(|field| field == "data.latest_charge");
        form.done()?;
        let all = self.order.iter().filter_map(|id| self.intents.get(id)).collect::<Vec<_>>();
        cut(
            "/v1/payment_intents",
            &page,
            all.into_iter(),
            (|intent| intent.id.as_str(), |intent| intent.created_s),
            |intent| intent.json(expand),
        )
    }

    pub(super) fn list_refunds(&self, mut form: Form) -> Done {
        let page = page(&mut form)?;
        let of = form.text("payment_intent");
        form.done()?;
        let all = self.refund_order.iter().filter_map(|id| self.refunds.get(id));
        let all = all.filter(|refund| of.as_ref().is_none_or(|of| *of == refund.intent)).collect::<Vec<_>>();
        cut(
            "/v1/refunds",
            &page,
            all.into_iter(),
            (|refund| refund.id.as_str(), |refund| refund.created_s),
            super::objects::Refund::json,
        )
    }

    pub(super) fn list_events(&self, mut form: Form) -> Done {
        let page = page(&mut form)?;
        let kind = form.text("type");
        form.done()?;
        let told = |event: &Value| event.get("type").and_then(Value::as_str).map(str::to_owned);
        let all = self.events.iter().filter(|(_, event)| kind.is_none() || told(event) == kind);
        cut(
            "/v1/events",
            &page,
            all.collect::<Vec<_>>().into_iter(),
            (|event| event.0.as_str(), |event| event.1.get("created").and_then(Value::as_i64).unwrap_or(0)),
            |event| event.1.clone(),
        )
    }
}
