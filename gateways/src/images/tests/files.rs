//! Files as cameras, painters and attackers make them.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};

pub(super) const RED: [u8; 3] = [220, 30, 30];
pub(super) const BLUE: [u8; 3] = [30, 30, 220];

/// Red on the left, blue on the right.
pub(super) fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| Rgb(if x < width / 2 { RED } else { BLUE }))
}

pub(super) fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = image.dimensions();
    JpegEncoder::new_with_quality(&mut bytes, 90)
        .encode(image, width, height, ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

pub(super) fn png(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = image.dimensions();
    PngEncoder::new(&mut bytes).write_image(image, width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

pub(super) fn webp(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = image.dimensions();
    WebPEncoder::new_lossless(&mut bytes).encode(image, width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// A red dot on nothing, as PNG.
pub(super) fn dot(side: u32) -> Vec<u8> {
    let middle = side / 4..side * 3 / 4;
    let image = RgbaImage::from_fn(side, side, |x, y| {
        let inside = middle.contains(&x) && middle.contains(&y);
        Rgba(if inside { [RED[0], RED[1], RED[2], 255] } else { [0, 0, 0, 0] })
    });
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&image, side, side, ExtendedColorType::Rgba8).unwrap();
    bytes
}

/// A JPEG with a segment behind its first marker.
pub(super) fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, content, &jpeg[2..]].concat()
}

/// What a telephone writes into a picture: how it was held, and where.
pub(super) fn exif(orientation: u8) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat()
    };
    let place = b"GPS-52.5200-13.4050\0";
    let mut tiff = [b"MM\0\x2a".as_slice(), &8_u32.to_be_bytes(), &3_u16.to_be_bytes()].concat();
    // Orientation, the description (the place as text), and where the part on GPS begins.
    tiff.extend(entry(0x0112, 3, 1, u32::from(orientation) << 16));
    tiff.extend(entry(0x010e, 2, u32::try_from(place.len()).unwrap(), 50));
    tiff.extend(entry(0x8825, 4, 1, 70));
    tiff.extend(0_u32.to_be_bytes());
    assert_eq!(tiff.len(), 50);
    tiff.extend_from_slice(place);
    assert_eq!(tiff.len(), 70);
    tiff.extend(1_u16.to_be_bytes());
    tiff.extend(entry(0x0001, 2, 2, u32::from_be_bytes(*b"N\0\0\0")));
    tiff.extend(0_u32.to_be_bytes());
    tiff
}

/// A picture from a telephone.
pub(super) fn photo(image: &RgbImage, orientation: u8) -> Vec<u8> {
    with_segment(&jpeg(image), 0xe1, &[b"Exif\0\0".as_slice(), &exif(orientation)].concat())
}

/// A JPEG whose head names other sides than it has.
pub(super) fn jpeg_of_size(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg(&halves(16, 16));
    let head = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bytes[head + 5..head + 7].copy_from_slice(&height.to_be_bytes());
    bytes[head + 7..head + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A chunk of a PNG.
pub(super) fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let sum = crc32(&[kind.as_slice(), content].concat()).to_be_bytes();
    [&length[..], kind, content, &sum].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    };
    !bytes.iter().fold(u32::MAX, step)
}

/// A PNG of these sides whose pixels are rubbish.
pub(super) fn png_of_size(width: u32, height: u32) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let parts = [chunk(b"IHDR", &head), chunk(b"IDAT", b"rubbish"), chunk(b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat()].concat()
}

/// A PNG with a chunk behind its head.
pub(super) fn with_chunk(png: &[u8], kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    const HEAD: usize = 8 + 25;
    [&png[..HEAD], &chunk(kind, content), &png[HEAD..]].concat()
}

/// A WebP of these chunks.
pub(super) fn riff(chunks: &[u8]) -> Vec<u8> {
    let length = u32::try_from(chunks.len() + 4).unwrap().to_le_bytes();
    [b"RIFF".as_slice(), &length, b"WEBP", chunks].concat()
}
