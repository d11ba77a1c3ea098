//! What is kept, for how long, and for whom.

use std::sync::atomic::AtomicUsize;

use amazoff_supervisor::spawn_guarded;
use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use futures::future::join_all;
use tokio::sync::Notify;
use tower::ServiceExt as _;

use super::*;

/// A catalogue of one page, which says how often it was made.
struct Desk {
    router: Router,
    cache: ResponseCache,
    made: Arc<AtomicUsize>,
    commits: watch::Sender<Version>,
    /// Lets the handler go on, when it is slow.
    go: Arc<Notify>,
}

fn desk(slow: bool, headers: &'static [(&'static str, &'static str)]) -> Desk {
    let (made, commits, go) =
        (Arc::new(AtomicUsize::new(0)), watch::Sender::new(Version(0)), Arc::new(Notify::new()));
    let handler = {
        let (made, commits, go) = (Arc::clone(&made), commits.clone(), Arc::clone(&go));
        move |request: Request| async move {
            let shown = Shown::default().entity("product-1".to_owned(), commits.subscribe());
            let number = made.fetch_add(1, Ordering::SeqCst) + 1;
            if slow {
                go.notified().await;
            }
            let known = request.headers().contains_key(IF_NONE_MATCH);
            let mut response = format!("{number} {known} {}", request.uri()).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(*name, HeaderValue::from_static(value));
            }
            shown.of(response)
        }
    };
    let cache = ResponseCache::default();
    let router = Router::new()
        .route("/v1/products", get(handler.clone()))
        .route("/v1/me", get(handler))
        .route_layer(from_fn_with_state(cache.clone(), from_memory));
    Desk { router, cache, made, commits, go }
}

async fn from_memory(State(cache): State<ResponseCache>, request: Request, next: Next) -> Response {
    kept(&cache, request, next).await
}

const PUBLIC: &[(&str, &str)] = &[("cache-control", "public, max-age=5"), ("etag", "\"a\"")];

impl Desk {
    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> (StatusCode, String, String) {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.headers().get(CACHE_STATUS).map(|how| how.to_str().unwrap().to_owned());
        let (head, body) = response.into_parts();
        let body = to_bytes(body, 1000).await.unwrap();
        (head.status, status.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
    }
    fn made(&self) -> usize {
        self.made.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn an_answer_is_made_once_until_something_in_it_changes() {
    let desk = desk(false, PUBLIC);
    let (_, how, first) = desk.ask("/v1/products?q=a", &[]).await;
    assert!(how.contains("miss"), "{how}");
    let (_, how, again) = desk.ask("/v1/products?q=a", &[("if-none-match", "\"b\"")]).await;
    assert!(how.contains("hit") && again == first, "{how}");
    assert_eq!(desk.ask("/v1/products?q=a", &[("if-none-match", "\"a\"")]).await.0, StatusCode::NOT_MODIFIED);
    assert_eq!(desk.made(), 1);
    desk.commits.send_replace(Version(1));
    let (_, how, changed) = desk.ask("/v1/products?q=a", &[]).await;
    assert!(how.contains("miss") && changed != first, "{how}");
    let (_, how, _) = desk.ask("/v1/products?q=b", &[]).await;
    assert!(how.contains("miss"), "another query");
    assert_eq!(desk.made(), 3);
}

#[tokio::test]
async fn whoever_has_a_tag_makes_the_answer_for_all() {
    let desk = desk(false, PUBLIC);
    let (status, _, _) = desk.ask("/v1/products", &[("if-none-match", "\"a\"")]).await;
    assert_eq!(status, StatusCode::NOT_MODIFIED);
    let (status, _, body) = desk.ask("/v1/products", &[]).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "1 false /v1/products"));
}

#[tokio::test]
async fn private_failed_and_personal_answers_are_never_kept() {
    let private: &[(&str, &str)] = &[("cache-control", "private, no-store")];
    let personal: &[(&str, &str)] = &[("cache-control", "public"), ("set-cookie", "a=b")];
    for headers in [private, personal, &[]] {
        let desk = desk(false, headers);
        for n in 1..4 {
            let (_, how, _) = desk.ask("/v1/products", &[]).await;
            assert_eq!((how.as_str(), desk.made()), ("", n), "{headers:?}");
        }
    }
    let desk = desk(false, PUBLIC);
    for (path, headers) in [("/v1/me", &[][..]), ("/v1/products", &[("consistency-token", "x")])] {
        let before = desk.made();
        for n in 1..4 {
            assert_eq!((desk.ask(path, headers).await.1.as_str(), desk.made() - before), ("", n), "{path}");
        }
    }
}

#[tokio::test]
async fn of_many_who_want_the_same_one_makes_it() {
    let desk = Arc::new(desk(true, PUBLIC));
    let asking = (0..50).map(|_| {
        let desk = Arc::clone(&desk);
        spawn_guarded("asking", async move { desk.ask("/v1/products", &[]).await.2 })
    });
    let asking: Vec<_> = asking.collect();
    let release = async {
        loop {
            desk.go.notify_waiters();
            tokio::task::yield_now().await;
        }
    };
    let answers = tokio::select! { answers = join_all(asking) => answers, () = release => unreachable!() };
    assert!(answers.into_iter().all(|answer| answer.unwrap() == "1 false /v1/products"));
    assert_eq!(desk.made(), 1);
}

#[tokio::test]
async fn whoever_waited_for_an_answer_that_is_personal_gets_one_of_their_own() {
    let desk = Arc::new(desk(true, &[("cache-control", "public"), ("set-cookie", "session=somebody")]));
    let ask = || {
        let desk = Arc::clone(&desk);
        spawn_guarded("asking", async move { desk.ask("/v1/products", &[]).await.2 })
    };
    let asking = [ask(), ask(), ask()];
    let release = async {
        loop {
            desk.go.notify_waiters();
            tokio::task::yield_now().await;
        }
    };
    let answers = tokio::select! { answers = join_all(asking) => answers, () = release => unreachable!() };
    let answers: std::collections::BTreeSet<_> = answers.into_iter().map(|answer| answer.unwrap()).collect();
    assert_eq!((answers.len(), desk.made()), (3, 3), "{answers:?}");
}

#[tokio::test]
async fn while_one_makes_it_anew_the_others_get_the_old_one() {
    let desk = Arc::new(desk(true, PUBLIC));
    let ask = || {
        let desk = Arc::clone(&desk);
        spawn_guarded("asking", async move { desk.ask("/v1/products", &[]).await })
    };
    let first = ask();
    while desk.made() < 1 {
        tokio::task::yield_now().await;
    }
    desk.go.notify_one();
    first.await.unwrap();
    desk.commits.send_replace(Version(1));
    let renewing = ask();
    while desk.made() < 2 {
        tokio::task::yield_now().await;
    }
    let (_, how, body) = ask().await.unwrap();
    assert!(how.contains("refreshing") && body.starts_with("1 "), "{how} {body}");
    desk.go.notify_one();
    assert!(renewing.await.unwrap().2.starts_with("2 "));
    let (_, how, body) = ask().await.unwrap();
    assert!(how.ends_with("hit") && body.starts_with("2 "), "{how} {body}");
    assert_eq!(desk.cache.counts(), [("hit", 1), ("stale", 1), ("miss", 2)]);
}

#[tokio::test]
async fn a_change_while_it_is_made_is_not_missed() {
    let desk = Arc::new(desk(true, PUBLIC));
    let first = {
        let desk = Arc::clone(&desk);
        spawn_guarded("asking", async move { desk.ask("/v1/products", &[]).await })
    };
    while desk.made() < 1 {
        tokio::task::yield_now().await;
    }
    desk.commits.send_replace(Version(1));
    desk.go.notify_one();
    first.await.unwrap();
    desk.go.notify_one();
    assert!(desk.ask("/v1/products", &[]).await.2.starts_with("2 "));
}
