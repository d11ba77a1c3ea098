//! A picture of 12 million pixels, taken in and made into every rendition: how long that takes, and how much memory.
//! `cargo bench -p amazoff-gateways --bench images`; `BENCH_THREADS` sets how many images are worked on at once (2).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measuring tool: a surprise ends it, figures are printed"
)]

use std::time::{Duration, Instant};

use amazoff_actors::media::{Encoding, ImageCodec, ImageLimits, ImageType, KeptImage, Preset, Rendition};
use amazoff_gateways::images::ImagePool;
use futures::future::join_all;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage};

const SIDES: (u32, u32) = (4000, 3000);
/// How often each is done.
const TURNS: usize = 5;
/// How many photos come in one after the other in the last part.
const PHOTOS: usize = 8;

fn main() {
    let threads = std::env::var("BENCH_THREADS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure(threads));
}

/// Areas of colour with grain, so that it compresses about as a photo does.
fn photo() -> RgbImage {
    let mut state = 1_u32;
    RgbImage::from_fn(SIDES.0, SIDES.1, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 28) & 7;
        let level = |value: u32| u8::try_from((value + grain) % 256).unwrap_or(0);
        Rgb([level(x / 16), level(y / 12), level((x + y) / 28)])
    })
}

fn jpeg(photo: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.write_image(photo, SIDES.0, SIDES.1, ExtendedColorType::Rgb8).unwrap();
    bytes
}

fn png(photo: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new(&mut bytes);
    encoder.write_image(photo, SIDES.0, SIDES.1, ExtendedColorType::Rgb8).unwrap();
    bytes
}

async fn measure(threads: u32) {
    let limits = ImageLimits { bytes_max: 64 * 1024 * 1024, ..ImageLimits::default() };
    let pool = ImagePool::new(threads, 64, limits);
    let (lossy, lossless) = {
        let photo = photo();
        (jpeg(&photo), png(&photo))
    };
    println!("{} × {} pixels, {threads} threads", SIDES.0, SIDES.1);
    println!("{:34} {:>10} {:>12} {:>10}", "", "ms", "bytes", "peak MB");
    let kept = took_in("taken in as JPEG", &pool, (ImageType::Jpeg, &lossy)).await;
    took_in("taken in as PNG", &pool, (ImageType::Png, &lossless)).await;
    for rendition in Rendition::all() {
        let mut times = Vec::new();
        let mut bytes = 0;
        forget_peak();
        for _ in 0..TURNS {
            let begun = Instant::now();
            bytes = pool.rendition(kept.bytes.clone(), rendition).await.unwrap().len();
            times.push(begun.elapsed());
        }
        row(&format!("made: {rendition}"), median(times), bytes);
    }
    all_at_once(&pool, &kept).await;
}

async fn took_in(name: &str, pool: &ImagePool, (kind, file): (ImageType, &[u8])) -> KeptImage {
    let mut times = Vec::new();
    let mut kept = None;
    forget_peak();
    for _ in 0..TURNS {
        let begun = Instant::now();
        kept = Some(pool.take_in(kind, file.to_vec()).await.unwrap());
        times.push(begun.elapsed());
    }
    let kept = kept.unwrap();
    row(name, median(times), kept.bytes.len());
    kept
}

/// Five sizes of each of several photos as WebP, all asked for together.
async fn all_at_once(pool: &ImagePool, kept: &KeptImage) {
    forget_peak();
    let begun = Instant::now();
    let wanted = (0..PHOTOS).flat_map(|_| Preset::ALL);
    let making = wanted.map(|preset| {
        let rendition = Rendition { preset, encoding: Encoding::WebP };
        pool.rendition(kept.bytes.clone(), rendition)
    });
    let made = join_all(making).await;
    assert!(made.iter().all(Result::is_ok), "a rendition was not made");
    let took = begun.elapsed();
    println!(
        "{PHOTOS} photos in five sizes as WebP: {:.2} s, {:.2} photos a second, peak {} MB",
        took.as_secs_f64(),
        f64::from(u32::try_from(PHOTOS).unwrap()) / took.as_secs_f64(),
        peak_mb()
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn row(name: &str, took: Duration, bytes: usize) {
    println!("{name:34} {:>10.1} {bytes:>12} {:>10}", took.as_secs_f64() * 1e3, peak_mb());
}

/// Lets the peak begin at what is in use now, where the kernel can do that.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory that the process has had since.
fn peak_mb() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kb.map_or_else(|| "?".to_owned(), |kb| (kb / 1024).to_string())
}
