//! Files to upload.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage};

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| Rgb(if x < width / 2 { [220, 30, 30] } else { [30, 30, 220] }))
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let image = halves(width, height);
    PngEncoder::new(&mut bytes).write_image(&image, width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let image = halves(width, height);
    JpegEncoder::new(&mut bytes).encode(&image, width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// A JPEG as a telephone writes it that was held upright: lying, with a note on that and on the place.
pub(crate) fn photo(width: u32, height: u32) -> Vec<u8> {
    let jpeg = jpeg(width, height);
    let orientation = b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0";
    let tiff = [b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01".as_slice(), orientation, b"\0\0\0\0", b"GPS 52.52 13.40"];
    let tiff = tiff.concat();
    let length = u16::try_from(tiff.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &tiff, &jpeg[2..]].concat()
}

/// A JPEG whose head names other sides than it has.
pub(crate) fn jpeg_that_says(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg(16, 16);
    let head = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bytes[head + 5..head + 7].copy_from_slice(&height.to_be_bytes());
    bytes[head + 7..head + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// A form as browsers send it, with one file: its media type and its body.
pub(crate) fn form(kind: &str, content: &[u8]) -> (String, Vec<u8>) {
    let head = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"picture\"\r\nContent-Type: {kind}\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--edge--\r\n"].concat();
    ("multipart/form-data; boundary=edge".to_owned(), body)
}
