use amazoff_actors::media::{Encoding, ImageCodec, ImageError, ImageType, Preset, Rendition};

use super::files::{dot, halves, jpeg, png};
use super::rasteriser;

#[tokio::test]
async fn every_rendition_has_its_size_and_encoding() {
    let pool = rasteriser();
    let image = pool.take_in(ImageType::Jpeg, jpeg(&halves(2000, 1000))).await.unwrap();
    for rendition in Rendition::all() {
        let made = pool.rendition(image.bytes.clone(), rendition).await.unwrap();
        let kind = ImageType::of(&made).unwrap();
        assert_eq!(kind.media_type(), rendition.encoding.media_type(), "{rendition}");
        let decoded = image::load_from_memory(&made).unwrap();
        assert_eq!((decoded.width(), decoded.height()), rendition.preset.size((2000, 1000)), "{rendition}");
    }
}

#[tokio::test]
async fn the_same_rendition_is_made_of_the_same_bytes() {
    let (pool, rendition) = (rasteriser(), Rendition { preset: Preset::Card, encoding: Encoding::WebP });
    let image = pool.take_in(ImageType::Png, png(&halves(600, 300))).await.unwrap();
    let first = pool.rendition(image.bytes.clone(), rendition).await.unwrap();
    assert_eq!(pool.rendition(image.bytes, rendition).await.unwrap(), first);
}

#[tokio::test]
async fn a_small_picture_is_not_enlarged_but_for_other_sites() {
    let pool = rasteriser();
    let image = pool.take_in(ImageType::Png, png(&halves(60, 30))).await.unwrap();
    for (preset, size) in [(Preset::Zoom, (60, 30)), (Preset::Og, (1200, 630))] {
        let rendition = Rendition { preset, encoding: Encoding::WebP };
        let made = pool.rendition(image.bytes.clone(), rendition).await.unwrap();
        let decoded = image::load_from_memory(&made).unwrap();
        assert_eq!((decoded.width(), decoded.height()), size, "{preset:?}");
    }
}

#[tokio::test]
async fn what_is_transparent_stays_so_as_webp_and_stands_on_white_as_jpeg() {
    let pool = rasteriser();
    let image = pool.take_in(ImageType::Png, dot(400)).await.unwrap();
    let made = async |encoding| {
        let rendition = Rendition { preset: Preset::Thumb, encoding };
        let bytes = pool.rendition(image.bytes.clone(), rendition).await.unwrap();
        image::load_from_memory(&bytes).unwrap().to_rgba8()
    };
    let webp = made(Encoding::WebP).await;
    assert_eq!((webp.get_pixel(2, 2).0[3], webp.get_pixel(80, 80).0[3]), (0, 255));
    let jpeg = made(Encoding::Jpeg).await;
    assert!(jpeg.get_pixel(2, 2).0.iter().all(|channel| *channel > 240), "{:?}", jpeg.get_pixel(2, 2));
}

#[tokio::test]
async fn what_is_kept_and_is_no_image_makes_no_rendition() {
    let rendition = Rendition { preset: Preset::Card, encoding: Encoding::WebP };
    for bytes in [b"RIFFxxxxWEBP".to_vec(), b"nothing".to_vec()] {
        let made = rasteriser().rendition(bytes, rendition).await;
        assert!(matches!(made, Err(ImageError::Flawed(_))), "{made:?}");
    }
}
