mod files;
mod renditions;
mod uploads;

use amazoff_actors::media::ImageLimits;

use super::{ImagePool, RenderError, SIDE_MAX};

const HALVES: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">
    <rect width="10" height="10" fill="#ff0000"/><rect x="5" width="5" height="10" fill="#0000ff"/></svg>"##;

fn rasteriser() -> ImagePool {
    ImagePool::new(1, 8, ImageLimits::default())
}

#[tokio::test]
async fn a_drawing_fills_its_pixels() {
    let rendered = rasteriser().render(HALVES.to_owned(), 64, 32).await.unwrap();
    assert_eq!((rendered.width, rendered.height, rendered.content_type), (64, 32, "image/webp"));
    let image =
        image::load_from_memory_with_format(&rendered.bytes, image::ImageFormat::WebP).unwrap().to_rgb8();
    assert_eq!(image.dimensions(), (64, 32));
    assert_eq!(image.get_pixel(1, 1).0, [255, 0, 0]);
    assert_eq!(image.get_pixel(62, 30).0, [0, 0, 255]);
}

#[tokio::test]
async fn a_drawing_without_ground_stays_transparent() {
    let dot = r#"<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><circle cx="5" cy="5" r="2"/></svg>"#;
    let rendered = rasteriser().render(dot.to_owned(), 20, 20).await.unwrap();
    let image = image::load_from_memory(&rendered.bytes).unwrap().to_rgba8();
    assert_eq!(image.get_pixel(0, 0).0[3], 0);
    assert_eq!(image.get_pixel(10, 10).0, [0, 0, 0, 255]);
}

#[tokio::test]
async fn the_same_drawing_gives_the_same_bytes() {
    let rasteriser = rasteriser();
    let first = rasteriser.render(HALVES.to_owned(), 16, 16).await.unwrap();
    assert_eq!(rasteriser.render(HALVES.to_owned(), 16, 16).await.unwrap(), first);
}

#[tokio::test]
async fn what_is_no_drawing_or_too_large_is_refused() {
    let rasteriser = rasteriser();
    let text = rasteriser.render("not a drawing".to_owned(), 16, 16).await;
    assert!(matches!(text, Err(RenderError::Unreadable(_))), "{text:?}");
    for (width, height) in [(0, 16), (16, 0), (SIDE_MAX + 1, 16)] {
        let sized = rasteriser.render(HALVES.to_owned(), width, height).await;
        assert!(matches!(sized, Err(RenderError::TooLarge { .. })), "{sized:?}");
    }
}
