use amazoff_testkit::golden;

use super::*;

fn message() -> MessageId {
    MessageId::from(Uuid::from_u128(5))
}

fn every() -> Vec<EventType> {
    // In the order in which they came to be, so that samples keep their names.
    let (first, later) = EventType::WANTED.split_at(7);
    [first, &[EventType::Test], later].concat()
}

fn quiet() -> Attempt {
    Attempt { at: AT, status: None, latency_ms: 15_000, excerpt: "no answer in time".to_owned() }
}

#[test]
fn everything_that_an_endpoint_ever_stored_can_be_read() {
    let (message, body) = (message(), || r#"{"type":"order.placed"}"#.to_owned());
    let first = EventType::WANTED.split_at(7).0;
    let events = [first, &EventType::WANTED].map(|events| events.iter().copied().collect::<BTreeSet<_>>());
    let next = [Next::Delivered, Next::GivenUp, Next::Again { at: AT }];
    let why = [DisabledFor::Asked, DisabledFor::Failing, DisabledFor::Gone];
    golden::<Endpoint>(concat!(env!("CARGO_MANIFEST_DIR"), "/golden"))
        .events(events.clone().map(|events| Event::Created { url: url(), events, by: owner(), at: AT }))
        .events(every().into_iter().map(|kind| Event::Queued { message, kind, body: body(), at: AT }))
        .events([Event::Called { message }, Event::Replayed { message }])
        .events(next.map(|next| Event::Attempted { message, attempt: attempt(AT, Some(204)), next }))
        .events([Event::Attempted { message, attempt: quiet(), next: Next::GivenUp }])
        .events(why.map(|why| Event::Disabled { why, at: AT }))
        .events([
            Event::Enabled { at: AT },
            Event::SecretRotated { old_until: AT },
            Event::Deleted { at: AT },
        ])
        .commands(events.map(|events| Command::Create { url: url(), events, by: owner() }))
        .commands(every().into_iter().map(|kind| Command::Enqueue { kind, body: body() }))
        .commands([
            Command::SendTest { body: body() },
            Command::Replay { message },
            Command::NoteAttempt {
                message,
                call: 1,
                attempt: attempt(AT, Some(429)),
                retry_after_s: Some(60),
            },
            Command::NoteAttempt { message, call: 2, attempt: quiet(), retry_after_s: None },
            Command::Retry,
            Command::Enable,
            Command::Disable,
            Command::RotateSecret,
            Command::Delete,
        ])
        .effects([Effect::Call { message, call: 1 }, Effect::Tell { user: owner(), at: AT }])
        .replies([Reply { generation: 0, message: Some(message) }, Reply { generation: 1, message: None }])
        .rejections([
            Rejection::NotFound,
            Rejection::Disabled,
            Rejection::DeliveryNotFound,
            Rejection::TooManyDeliveries,
            Rejection::TooManyEndpoints,
            Rejection::UrlRefused { reason: "webhooks go by https only".to_owned() },
        ])
        .check();
}
