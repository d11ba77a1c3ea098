//! The transaction search: what happened between two moments, page by page.

use serde_json::{Value, json};

use super::PayPal;
use super::failure::Failure;
use super::money::Amount;
use crate::clock::{rfc3339, seconds};
use crate::wire::Pairs;

/// Most transactions of a page.
const PAGE_MAX: usize = 500;
/// The longest time that may be asked about, in seconds: 31 days.
const RANGE_S_MAX: i64 = 31 * 24 * 60 * 60;

struct Row {
    at_s: i64,
    id: String,
    code: &'static str,
    amount: Amount,
    sign: i64,
    reference: Option<(String, &'static str)>,
    custom: Option<String>,
    invoice: Option<String>,
}

impl Row {
    fn json(&self) -> Value {
        let mut amount = self.amount.json();
        if self.sign < 0
            && let Some(Value::String(text)) = amount.get_mut("value")
        {
            text.insert(0, '-');
        }
        let (reference, kind) = self.reference.clone().unzip();
        json!({ "transaction_info": {
            "transaction_id": self.id, "paypal_reference_id": reference, "paypal_reference_id_type": kind,
            "transaction_event_code": self.code, "transaction_initiation_date": rfc3339(self.at_s),
            "transaction_updated_date": rfc3339(self.at_s), "transaction_amount": amount,
            "transaction_status": "S", "custom_field": self.custom, "invoice_id": self.invoice,
        } })
    }
}

impl PayPal {
    pub(super) fn report(&self, query: &Pairs) -> Result<(u16, Value), Failure> {
        let get = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let moment = |name: &'static str| {
            get(name).and_then(seconds).ok_or_else(|| Failure::request(name, "INVALID_PARAMETER_SYNTAX"))
        };
        let (from, to) = (moment("start_date")?, moment("end_date")?);
        if to < from || to.saturating_sub(from) > RANGE_S_MAX {
            return Err(Failure::request("end_date", "INVALID_DATE_RANGE"));
        }
        let number = |name: &str, usual: usize| get(name).map_or(Some(usual), |text| text.parse().ok());
        let size = number("page_size", 100).filter(|size| (1..=PAGE_MAX).contains(size));
        let page = number("page", 1).filter(|page| *page >= 1);
        let (Some(size), Some(page)) = (size, page) else {
            return Err(Failure::request("page", "INVALID_PARAMETER_VALUE"));
        };
        let mut rows: Vec<_> = self.rows().filter(|row| (from..=to).contains(&row.at_s)).collect();
        rows.sort_by(|left, right| (left.at_s, &left.id).cmp(&(right.at_s, &right.id)));
        let pages = rows.len().div_ceil(size);
        let shown: Vec<_> =
            rows.iter().skip((page - 1).saturating_mul(size)).take(size).map(Row::json).collect();
        let body = json!({
            "transaction_details": shown, "page": page, "total_items": rows.len(), "total_pages": pages,
            "start_date": rfc3339(from), "end_date": rfc3339(to), "links": [],
        });
        Ok((200, body))
    }

    fn rows(&self) -> impl Iterator<Item = Row> {
        let authorizations = self.authorizations.values().map(|one| Row {
            at_s: one.created_s,
            id: one.id.clone(),
            code: "T1300",
            amount: one.amount.clone(),
            sign: 1,
            reference: Some((one.order.clone(), "ODR")),
            custom: one.custom_id.clone(),
            invoice: one.invoice_id.clone(),
        });
        let captures = self.captures.values().map(|one| Row {
            at_s: one.created_s,
            id: one.id.clone(),
            code: "T0006",
            amount: one.amount.clone(),
            sign: 1,
            reference: Some((one.authorization.clone(), "TXN")),
            custom: one.custom_id.clone(),
            invoice: one.invoice_id.clone(),
        });
        let refunds = self.refunds.values().filter(|one| one.status == "COMPLETED").map(|one| Row {
            at_s: one.created_s,
            id: one.id.clone(),
            code: "T1107",
            amount: one.amount.clone(),
            sign: -1,
            reference: Some((one.capture.clone(), "TXN")),
            custom: one.custom_id.clone(),
            invoice: one.invoice_id.clone(),
        });
        authorizations.chain(captures).chain(refunds)
    }
}
