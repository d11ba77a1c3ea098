use std::time::Instant;

use amazoff_actors::media::{Flaw, ImageCodec, ImageError, ImageLimits, ImageType, KeptImage};
use fast_image_resize::Resizer;

use super::super::intake::Intake;
use super::super::{ImagePool, SIDE_MAX};
use super::files::{
    BLUE, RED, chunk, dot, exif, halves, jpeg, jpeg_of_size, photo, png, png_of_size, riff, webp, with_chunk,
    with_segment,
};
use super::rasteriser;

async fn kept(declared: ImageType, bytes: Vec<u8>) -> Result<KeptImage, ImageError> {
    rasteriser().take_in(declared, bytes).await
}

async fn flaw(declared: ImageType, bytes: Vec<u8>) -> Flaw {
    match kept(declared, bytes).await {
        Err(ImageError::Flawed(flaw)) => flaw,
        other => panic!("{other:?}"),
    }
}

/// Whether two colours look alike.
fn alike(pixel: [u8; 3], colour: [u8; 3]) -> bool {
    pixel.iter().zip(colour).all(|(one, other)| one.abs_diff(other) < 40)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn an_upload_of_each_kind_is_kept_with_its_pixels() {
    let picture = halves(64, 32);
    for (declared, bytes) in [
        (ImageType::Jpeg, jpeg(&picture)),
        (ImageType::Png, png(&picture)),
        (ImageType::WebP, webp(&picture)),
    ] {
        let image = kept(declared, bytes).await.unwrap();
        assert_eq!((image.width, image.height), (64, 32), "{declared:?}");
        let is = ImageType::of(&image.bytes).unwrap();
        assert_eq!(is == ImageType::Jpeg, declared == ImageType::Jpeg, "{declared:?} became {is:?}");
        let decoded = image::load_from_memory(&image.bytes).unwrap().to_rgb8();
        assert!(alike(decoded.get_pixel(4, 16).0, RED) && alike(decoded.get_pixel(60, 16).0, BLUE));
    }
}

#[tokio::test]
async fn the_same_upload_gives_the_same_bytes_and_another_one_others() {
    let first = kept(ImageType::Png, png(&halves(20, 20))).await.unwrap();
    assert_eq!(kept(ImageType::Png, png(&halves(20, 20))).await.unwrap(), first);
    assert_eq!(first.sha256.len(), 64);
    assert_ne!(kept(ImageType::Png, png(&halves(20, 21))).await.unwrap().sha256, first.sha256);
}

#[tokio::test]
async fn a_transparent_picture_stays_so() {
    let image = kept(ImageType::Png, dot(32)).await.unwrap();
    let decoded = image::load_from_memory(&image.bytes).unwrap().to_rgba8();
    assert_eq!((decoded.get_pixel(0, 0).0[3], decoded.get_pixel(16, 16).0[3]), (0, 255));
}

/// T-K4: what a telephone writes about where and how a picture was taken is gone, and the picture stands upright.
#[tokio::test]
async fn a_photo_is_turned_upright_and_tells_nothing_of_its_place() {
    let photo = photo(&halves(64, 32), 6);
    assert!(holds(&photo, b"GPS-52.5200"), "the photo tells its place");
    let image = kept(ImageType::Jpeg, photo).await.unwrap();
    for part in [b"GPS".as_slice(), b"Exif", b"52.52"] {
        assert!(!holds(&image.bytes, part), "{part:?}");
    }
    // A quarter to the right: the left half is the upper one now.
    assert_eq!((image.width, image.height), (32, 64));
    let decoded = image::load_from_memory(&image.bytes).unwrap().to_rgb8();
    assert!(alike(decoded.get_pixel(16, 4).0, RED) && alike(decoded.get_pixel(16, 60).0, BLUE));
}

/// T-K4: the same of every way in which a telephone can be held.
#[tokio::test]
async fn every_orientation_is_applied() {
    // Where the red half is afterwards: at the left, the right, the top, the bottom.
    let (left, right, top, bottom) = ((2, 16), (29, 16), (16, 2), (16, 29));
    let cases = [(1, left), (2, right), (3, right), (4, left), (5, top), (6, top), (7, bottom), (8, bottom)];
    for (orientation, (x, y)) in cases {
        let image = kept(ImageType::Jpeg, photo(&halves(32, 32), orientation)).await.unwrap();
        let decoded = image::load_from_memory(&image.bytes).unwrap().to_rgb8();
        assert!(alike(decoded.get_pixel(x, y).0, RED), "orientation {orientation}: {decoded:?}");
    }
}

/// T-K4: a PNG may carry the same.
#[tokio::test]
async fn texts_and_profiles_of_a_png_are_gone_and_its_orientation_is_applied() {
    let secret = with_chunk(&png(&halves(64, 32)), b"tEXt", b"Comment\0at home");
    let secret = with_chunk(&secret, b"eXIf", &exif(6));
    // Compressed text and a compressed profile that nobody can unpack: nobody tries.
    let secret = with_chunk(&secret, b"zTXt", b"bomb\0\0not deflate");
    let secret = with_chunk(&secret, b"iCCP", b"bomb\0\0not deflate");
    let image = kept(ImageType::Png, secret).await.unwrap();
    assert!(!holds(&image.bytes, b"at home") && !holds(&image.bytes, b"GPS"));
    assert_eq!((image.width, image.height), (32, 64));
}

/// T-K4: comments with scripts in them are gone, too.
#[tokio::test]
async fn a_comment_of_a_jpeg_is_gone() {
    let script = b"<script>alert(1)</script><?php system($_GET[0]); ?>";
    let commented = with_segment(&jpeg(&halves(16, 16)), 0xfe, script);
    let image = kept(ImageType::Jpeg, commented).await.unwrap();
    assert!(!holds(&image.bytes, b"<script") && !holds(&image.bytes, b"<?php"));
}

/// T-K4: a head that names too many pixels is refused before any pixel is decoded: here there are none.
#[tokio::test]
async fn a_head_with_too_many_pixels_is_refused_before_anything_is_decoded() {
    for (declared, bytes, sides) in [
        (ImageType::Jpeg, jpeg_of_size(8000, 6250), (8000, 6250)),
        (ImageType::Jpeg, jpeg_of_size(65_000, 65_000), (65_000, 65_000)),
        (ImageType::Png, png_of_size(8000, 6250), (8000, 6250)),
        (ImageType::Png, png_of_size(50_000, 50_000), (50_000, 50_000)),
    ] {
        let refused = kept(declared, bytes).await;
        let Err(ImageError::TooManyPixels { width, height, limit: 40_000_000 }) = refused else {
            panic!("{declared:?} {sides:?}: {refused:?}")
        };
        assert_eq!((width, height), sides);
    }
    let fits = png_of_size(8000, 5000);
    assert_eq!(flaw(ImageType::Png, fits).await, Flaw::Broken, "40 MP are looked at");
}

/// T-K4: a picture that is small as a file and large as pixels.
#[tokio::test]
async fn a_decompression_bomb_is_refused_by_its_pixels_and_a_file_by_its_bytes() {
    let bomb = png(&halves(2000, 1000));
    assert!(bomb.len() < 100_000, "{} bytes", bomb.len());
    let strict = |bytes_max, pixels_max| ImagePool::new(1, 8, ImageLimits { bytes_max, pixels_max });
    let refused = strict(1 << 20, 1_999_999).take_in(ImageType::Png, bomb.clone()).await;
    assert!(matches!(refused, Err(ImageError::TooManyPixels { .. })), "{refused:?}");
    let refused = strict(bomb.len() - 1, 40_000_000).take_in(ImageType::Png, bomb.clone()).await;
    assert!(matches!(refused, Err(ImageError::TooManyBytes { .. })), "{refused:?}");
    strict(bomb.len(), 2_000_000).take_in(ImageType::Png, bomb).await.unwrap();
}

/// T-K4: an image with 16 bits a channel takes twice the memory, so it may have half the pixels.
#[tokio::test]
async fn deep_colours_count_twice() {
    let deep = image::ImageBuffer::<image::Rgba<u16>, Vec<u16>>::new(100, 100);
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::DynamicImage::ImageRgba16(deep).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let bytes = bytes.into_inner();
    let limits = |pixels_max| ImageLimits { bytes_max: 1 << 20, pixels_max };
    let refused = ImagePool::new(1, 8, limits(19_999)).take_in(ImageType::Png, bytes.clone()).await;
    assert!(matches!(refused, Err(ImageError::TooManyPixels { .. })), "{refused:?}");
    ImagePool::new(1, 8, limits(20_000)).take_in(ImageType::Png, bytes).await.unwrap();
}

/// T-K4: drawings with scripts, moving pictures, programs and archives are no images, whatever they are called.
#[tokio::test]
async fn what_is_another_kind_than_declared_is_refused() {
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
    let (picture, none) = (halves(16, 16), Vec::new());
    for declared in ImageType::ALL {
        for bytes in [svg.to_vec(), b"GIF89a\x01\0\x01\0".to_vec(), b"#!/bin/sh\n".to_vec(), none.clone()] {
            assert_eq!(flaw(declared, bytes).await, Flaw::TypeDiffers, "{declared:?}");
        }
    }
    assert_eq!(flaw(ImageType::Png, jpeg(&picture)).await, Flaw::TypeDiffers);
    assert_eq!(flaw(ImageType::Jpeg, png(&picture)).await, Flaw::TypeDiffers);
    assert_eq!(flaw(ImageType::WebP, png(&picture)).await, Flaw::TypeDiffers);
}

/// T-K4: a file that is an image and something else is refused, but for what cameras put behind their pictures.
#[tokio::test]
async fn what_follows_an_image_is_refused_or_left_out() {
    let picture = halves(16, 16);
    for tail in [b"PK\x03\x04 an archive".as_slice(), b"<html><script>alert(1)</script>", b"%PDF-1.7"] {
        for (declared, bytes) in [
            (ImageType::Jpeg, jpeg(&picture)),
            (ImageType::Png, png(&picture)),
            (ImageType::WebP, webp(&picture)),
        ] {
            let both = [bytes.as_slice(), tail].concat();
            assert_eq!(flaw(declared, both).await, Flaw::TrailingData, "{declared:?}");
        }
    }
    let alone = kept(ImageType::Jpeg, jpeg(&picture)).await.unwrap();
    for tail in [jpeg(&halves(8, 8)), vec![0; 64]] {
        let with_tail = [jpeg(&picture), tail].concat();
        assert_eq!(kept(ImageType::Jpeg, with_tail).await.unwrap(), alone);
    }
}

/// T-K4: wherever a file is cut off, it is refused.
#[tokio::test]
async fn a_truncated_file_is_refused_wherever_it_ends() {
    let (pool, picture) = (rasteriser(), halves(16, 16));
    for (declared, whole) in [
        (ImageType::Jpeg, jpeg(&picture)),
        (ImageType::Png, png(&picture)),
        (ImageType::WebP, webp(&picture)),
    ] {
        for end in 12..whole.len() {
            let cut = pool.take_in(declared, whole[..end].to_vec()).await;
            assert!(matches!(cut, Err(ImageError::Flawed(_))), "{declared:?} of {end} bytes: {cut:?}");
        }
    }
}

/// T-K4: a byte that is another one makes a worse picture, or none; it never breaks the pool.
#[tokio::test]
async fn a_damaged_file_breaks_nothing() {
    let (pool, picture) = (rasteriser(), halves(24, 24));
    for (declared, whole) in [
        (ImageType::Jpeg, jpeg(&picture)),
        (ImageType::Png, png(&picture)),
        (ImageType::WebP, webp(&picture)),
    ] {
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            let taken = pool.take_in(declared, damaged).await;
            let fine = matches!(taken, Ok(_) | Err(ImageError::Flawed(_) | ImageError::TooManyPixels { .. }));
            assert!(fine, "{declared:?}, byte {at}: {taken:?}");
        }
        pool.take_in(declared, whole).await.unwrap();
    }
}

/// T-K4: a picture that moves is refused.
#[tokio::test]
async fn an_animated_file_is_refused() {
    let moving = with_chunk(&png(&halves(16, 16)), b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    assert_eq!(flaw(ImageType::Png, moving).await, Flaw::Animated);
    let extended = |flags: u8| [b"VP8X\x0a\0\0\0".as_slice(), &[flags, 0, 0, 0, 15, 0, 0, 15, 0, 0]].concat();
    assert_eq!(flaw(ImageType::WebP, riff(&extended(0x02))).await, Flaw::Animated);
    let frame = [extended(0), b"ANMF\x02\0\0\0xx".to_vec()].concat();
    assert_eq!(flaw(ImageType::WebP, riff(&frame)).await, Flaw::Animated);
}

/// T-K4: a JPEG that a decoder would have to go over again and again.
#[tokio::test]
async fn a_file_with_too_many_scans_is_refused() {
    let whole = jpeg(&halves(16, 16));
    let scan = whole.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let (head, coded) = whole.split_at(scan);
    let end = coded.len() - 2;
    let often = |times: usize| [head, &coded[..end].repeat(times), &coded[end..]].concat();
    assert_eq!(flaw(ImageType::Jpeg, often(33)).await, Flaw::TooLaborious);
    assert!(!matches!(kept(ImageType::Jpeg, often(1)).await, Err(ImageError::Flawed(Flaw::TooLaborious))));
}

/// T-K4: a JPEG that names its sides twice, the second time larger.
#[tokio::test]
async fn a_file_with_two_heads_is_refused() {
    let (small, large) = (jpeg(&halves(16, 16)), jpeg_of_size(6000, 6000));
    let head = large.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    let head = &large[head + 4..head + 2 + 17];
    let scan = small.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let before = with_segment(&small, 0xc0, head);
    let between = [&small[..scan], &[0xff, 0xc0, 0, 17], head, &small[scan..]].concat();
    for two in [before, between] {
        assert_eq!(flaw(ImageType::Jpeg, two).await, Flaw::Broken);
    }
}

/// T-K4: an upload whose time is over is given up.
#[test]
fn an_upload_is_given_up_when_its_time_is_over() {
    for (declared, bytes) in
        [(ImageType::Png, png(&halves(16, 16))), (ImageType::Jpeg, jpeg(&halves(16, 16)))]
    {
        let intake = Intake { declared, bytes, limits: ImageLimits::default() };
        let given_up = intake.keep_until(Instant::now(), &mut Resizer::default());
        assert!(matches!(given_up, Err(ImageError::Flawed(Flaw::TooLaborious))), "{given_up:?}");
    }
}

#[tokio::test]
async fn a_chunk_that_no_decoder_may_leave_out_and_none_knows_is_refused() {
    let odd = with_chunk(&png(&halves(16, 16)), b"ODDx", b"?");
    assert_eq!(flaw(ImageType::Png, odd).await, Flaw::Broken);
    let headless = [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IEND", b"")].concat();
    assert_eq!(flaw(ImageType::Png, headless).await, Flaw::Broken);
}

#[tokio::test]
async fn a_large_picture_is_kept_smaller() {
    let wide = kept(ImageType::Png, png(&halves(SIDE_MAX * 2, 16))).await.unwrap();
    assert_eq!((wide.width, wide.height), (SIDE_MAX, 8));
    let decoded = image::load_from_memory(&wide.bytes).unwrap().to_rgb8();
    assert!(alike(decoded.get_pixel(10, 4).0, RED) && alike(decoded.get_pixel(SIDE_MAX - 10, 4).0, BLUE));
}
