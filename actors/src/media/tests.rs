use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use amazoff_supervisor::compute::ComputeError;
use amazoff_supervisor::documents::{Blobs, StoredBlob};
use amazoff_supervisor::journal::JournalError;
use amazoff_supervisor::{Fault as _, FaultKind};
use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use tokio::sync::Semaphore;

use super::{
    Encoding, Fit, ImageCodec, ImageError, ImageLimits, ImageType, KeptImage, MediaError, MediaStore, Preset,
    Rendition,
};

const NAME: &str = "abababababababababababababababababababababababababababababababab";
const CARD: Rendition = Rendition { preset: Preset::Card, encoding: Encoding::WebP };

/// One picture, and what is derived.
#[derive(Default)]
struct OnePicture {
    derived: Mutex<Vec<(String, Vec<u8>)>>,
    keeps_nothing: AtomicBool,
}

impl Blobs for OnePicture {
    fn put<'a>(&'a self, _: &'a [u8]) -> BoxFuture<'a, Result<String, JournalError>> {
        async { Ok(NAME.to_owned()) }.boxed()
    }
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        async move { Ok((name == NAME).then(|| b"picture".to_vec())) }.boxed()
    }
    fn list<'a>(
        &'a self,
        _: Option<&'a str>,
        _: usize,
    ) -> BoxFuture<'a, Result<Vec<StoredBlob>, JournalError>> {
        async { Ok(Vec::new()) }.boxed()
    }
    fn put_derived<'a>(
        &'a self,
        name: &'a str,
        form: &'a str,
        bytes: &'a [u8],
    ) -> BoxFuture<'a, Result<(), JournalError>> {
        async move {
            if self.keeps_nothing.load(Ordering::SeqCst) {
                return Err(JournalError::Unavailable("full".to_owned()));
            }
            self.derived.lock().unwrap().push((format!("{name}.{form}"), bytes.to_vec()));
            Ok(())
        }
        .boxed()
    }
    fn get_derived<'a>(
        &'a self,
        name: &'a str,
        form: &'a str,
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, JournalError>> {
        let key = format!("{name}.{form}");
        let derived = self.derived.lock().unwrap();
        let found = derived.iter().find(|(known, _)| *known == key).map(|(_, bytes)| bytes.clone());
        async move { Ok(found) }.boxed()
    }
}

/// Makes renditions when it is let, and counts them.
struct Slow {
    gate: Semaphore,
    made: AtomicUsize,
    busy: AtomicBool,
}

impl Slow {
    fn new(open: usize) -> Arc<Self> {
        Arc::new(Self { gate: Semaphore::new(open), made: AtomicUsize::new(0), busy: AtomicBool::new(false) })
    }
    fn made(&self) -> usize {
        self.made.load(Ordering::SeqCst)
    }
}

impl ImageCodec for Slow {
    fn limits(&self) -> ImageLimits {
        ImageLimits { bytes_max: 8, ..ImageLimits::default() }
    }
    fn take_in(&self, _: ImageType, bytes: Vec<u8>) -> BoxFuture<'_, Result<KeptImage, ImageError>> {
        async move { Ok(KeptImage { sha256: NAME.to_owned(), bytes, width: 1, height: 1 }) }.boxed()
    }
    fn rendition(&self, image: Vec<u8>, rendition: Rendition) -> BoxFuture<'_, Result<Vec<u8>, ImageError>> {
        async move {
            if self.busy.load(Ordering::SeqCst) {
                let retry_after = Duration::from_secs(3);
                return Err(ImageError::Pool(ComputeError::Busy { retry_after }));
            }
            self.gate.acquire().await.unwrap().forget();
            self.made.fetch_add(1, Ordering::SeqCst);
            Ok([image, rendition.to_string().into_bytes()].concat())
        }
        .boxed()
    }
}

fn store(codec: &Arc<Slow>) -> (MediaStore, Arc<OnePicture>) {
    let blobs = Arc::<OnePicture>::default();
    (MediaStore::new(Arc::<OnePicture>::clone(&blobs), Arc::<Slow>::clone(codec)), blobs)
}

#[tokio::test]
async fn a_rendition_that_many_want_is_made_once_and_kept() {
    let codec = Slow::new(20);
    let (store, blobs) = store(&codec);
    let answers = join_all((0..20).map(|_| store.rendition(NAME, CARD))).await;
    for answer in answers {
        assert_eq!(answer.unwrap().as_ref(), b"picturecard.webp");
    }
    assert_eq!((codec.made(), blobs.derived.lock().unwrap().len()), (1, 1));
    store.rendition(NAME, CARD).await.unwrap();
    assert_eq!(codec.made(), 1, "it was kept");
}

#[tokio::test]
async fn a_rendition_whose_asker_went_away_is_made_to_its_end() {
    let codec = Slow::new(0);
    let (store, _blobs) = store(&codec);
    assert!(store.rendition(NAME, CARD).now_or_never().is_none(), "it waits");
    codec.gate.add_permits(1);
    store.rendition(NAME, CARD).await.unwrap();
    assert_eq!(codec.made(), 1);
}

#[tokio::test]
async fn a_rendition_that_cannot_be_kept_is_answered_all_the_same() {
    let codec = Slow::new(2);
    let (store, blobs) = store(&codec);
    blobs.keeps_nothing.store(true, Ordering::SeqCst);
    store.rendition(NAME, CARD).await.unwrap();
    store.rendition(NAME, CARD).await.unwrap();
    assert_eq!(codec.made(), 2);
}

#[tokio::test]
async fn whoever_comes_while_the_pool_is_busy_is_told_when_to_come_back_and_served_then() {
    let codec = Slow::new(1);
    let (store, _blobs) = store(&codec);
    codec.busy.store(true, Ordering::SeqCst);
    let refused = store.rendition(NAME, CARD).await.unwrap_err();
    assert_eq!((refused.kind(), refused.code()), (FaultKind::Unavailable, "overloaded"));
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(3)));
    codec.busy.store(false, Ordering::SeqCst);
    store.rendition(NAME, CARD).await.unwrap();
}

#[tokio::test]
async fn an_unknown_picture_has_no_rendition() {
    let codec = Slow::new(9);
    let (store, _blobs) = store(&codec);
    for name in ["cd".repeat(32), "..".to_owned(), NAME.to_uppercase()] {
        assert_eq!(store.rendition(&name, CARD).await, Err(MediaError::NotFound), "{name}");
    }
    assert_eq!(codec.made(), 0);
}

#[tokio::test]
async fn an_upload_has_a_size_and_few_are_taken_in_at_once() {
    let (store, _blobs) = store(&Slow::new(0));
    let refused = store.take_in(ImageType::Png, vec![0; 9]).await;
    assert_eq!(refused, Err(ImageError::TooManyBytes { limit: 8 }));
    let kept = store.take_in(ImageType::Png, vec![0; 8]).await.unwrap();
    store.keep(&kept).await.unwrap();
    let places: Vec<_> = std::iter::from_fn(|| store.enter()).collect();
    assert_eq!(places.len(), 4);
    drop(places);
    assert!(store.enter().is_some());
}

#[test]
fn names_of_renditions_are_read_as_they_are_written_and_nothing_else_is() {
    let all: Vec<_> = Rendition::all().collect();
    assert_eq!(all.len(), 10);
    for rendition in &all {
        assert_eq!(rendition.to_string().parse(), Ok(*rendition));
    }
    for odd in ["", "card", "card.png", "Card.webp", "card.jpeg", "400.webp", "card-1.webp", "../card.webp"] {
        assert!(odd.parse::<Rendition>().is_err(), "{odd}");
    }
    let keys: HashSet<_> = all.iter().map(|rendition| rendition.key()).collect();
    assert_eq!(keys.len(), all.len());
    assert!(keys.iter().all(|key| amazoff_supervisor::documents::is_form(key)), "{keys:?}");
}

#[test]
fn a_picture_fits_into_its_preset_and_keeps_its_proportion() {
    for (picture, preset, size) in [
        ((4000, 3000), Preset::Thumb, (160, 120)),
        ((3000, 4000), Preset::Card, (300, 400)),
        ((4000, 3000), Preset::Zoom, (1600, 1200)),
        ((400, 300), Preset::Page, (400, 300)),
        ((10_000, 1), Preset::Thumb, (160, 1)),
        ((4000, 3000), Preset::Og, (1200, 630)),
        ((10, 10), Preset::Og, (1200, 630)),
    ] {
        assert_eq!(preset.size(picture), size, "{preset:?} of {picture:?}");
    }
    assert_eq!(Fit::Within(4096).size((u32::MAX, u32::MAX)), (4096, 4096));
}

#[test]
fn the_kind_of_a_file_is_told_by_its_first_bytes() {
    assert_eq!(ImageType::of(b"\xff\xd8\xff\xe0rest"), Some(ImageType::Jpeg));
    assert_eq!(ImageType::of(b"\x89PNG\r\n\x1a\nrest"), Some(ImageType::Png));
    assert_eq!(ImageType::of(b"RIFF\0\0\0\0WEBPVP8 "), Some(ImageType::WebP));
    for other in [b"".as_slice(), b"GIF89a", b"<svg>", b"RIFF\0\0\0\0WAVE", b"\x89PNG"] {
        assert_eq!(ImageType::of(other), None);
    }
    assert_eq!(ImageType::named("IMAGE/png"), Some(ImageType::Png));
    assert_eq!(ImageType::named("image/svg+xml"), None);
}
