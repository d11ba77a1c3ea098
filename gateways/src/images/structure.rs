//! The structure of an image file, before anything of it is decoded.
//!
//! A file must be an image from its first byte to its last: what is also something else (an archive, a page with scripts) ends
//! differently. Only what a decoder needs for the pixels is handed on.

use amazoff_actors::media::{Flaw, ImageType};

/// Passes over the picture that a JPEG may ask a decoder for. Usual are 1 to 10.
const SCANS_MAX: usize = 32;

/// What the structure tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Structure {
    /// What is to be decoded.
    pub(super) bytes: Vec<u8>,
    /// Whether pixels were already lost when it was written.
    pub(super) lossy: bool,
}

/// Walks through a file that is declared to be of a kind.
///
/// # Errors
/// What is wrong with it.
pub(super) fn walk(declared: ImageType, bytes: Vec<u8>) -> Result<Structure, Flaw> {
    if ImageType::of(&bytes) != Some(declared) {
        return Err(Flaw::TypeDiffers);
    }
    match declared {
        ImageType::Jpeg => jpeg(&bytes).map(|end| {
            let mut bytes = bytes;
            bytes.truncate(end);
            Structure { bytes, lossy: true }
        }),
        ImageType::Png => png(&bytes).map(|bytes| Structure { bytes, lossy: false }),
        ImageType::WebP => webp(&bytes).map(|lossy| Structure { bytes, lossy }),
    }
}

/// Where the image ends. Cameras put further JPEGs behind it (previews, gain maps): they are left out. Nothing else may follow.
fn jpeg(bytes: &[u8]) -> Result<usize, Flaw> {
    let mut at = 2;
    let (mut scans, mut heads) = (0, 0);
    loop {
        let marker = next_marker(bytes, &mut at)?;
        match marker {
            // The end of the image.
            0xd9 => break,
            // Markers that stand alone.
            0x01 | 0xd0..=0xd7 => continue,
            0xda => {
                scans += 1;
                if scans > SCANS_MAX {
                    return Err(Flaw::TooLaborious);
                }
            }
            // The head with the sides: a second one could name others than those that were judged.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                heads += 1;
                if heads > 1 {
                    return Err(Flaw::Broken);
                }
            }
            _ => {}
        }
        let length = bytes.get(at..at + 2).ok_or(Flaw::Broken)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        if length < 2 || at + length > bytes.len() {
            return Err(Flaw::Broken);
        }
        at += length;
        if marker == 0xda {
            skip_scan(bytes, &mut at)?;
        }
    }
    let rest = &bytes[at..];
    let padding = rest.iter().take_while(|byte| matches!(byte, 0 | 0xff)).count();
    // The first byte of a further JPEG looks like padding.
    let further = rest.starts_with(b"\xff\xd8\xff");
    if padding == rest.len() || further { Ok(at) } else { Err(Flaw::TrailingData) }
}

/// The marker at `at`, which moves behind it; fill bytes before it are passed over.
fn next_marker(bytes: &[u8], at: &mut usize) -> Result<u8, Flaw> {
    if bytes.get(*at) != Some(&0xff) {
        return Err(Flaw::Broken);
    }
    while bytes.get(*at) == Some(&0xff) {
        *at += 1;
    }
    let marker = *bytes.get(*at).ok_or(Flaw::Broken)?;
    *at += 1;
    Ok(marker)
}

/// Moves `at` behind the coded pixels, to the next marker.
fn skip_scan(bytes: &[u8], at: &mut usize) -> Result<(), Flaw> {
    loop {
        let ahead = bytes.get(*at..).unwrap_or_default().iter().position(|byte| *byte == 0xff);
        *at += ahead.ok_or(Flaw::Broken)?;
        match bytes.get(*at + 1) {
            // A byte 0xff of the pixels, and restarts within them.
            Some(0x00 | 0xd0..=0xd7) => *at += 2,
            Some(0xff) => *at += 1,
            Some(_) => return Ok(()),
            None => return Err(Flaw::Broken),
        }
    }
}

/// The same image without chunks that no pixel needs: texts and profiles can be bombs of their own.
fn png(bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
    const SIGNATURE: usize = 8;
    const FRAME: usize = 12;
    let mut kept = Vec::with_capacity(bytes.len());
    kept.extend_from_slice(&bytes[..SIGNATURE]);
    let mut at = SIGNATURE;
    loop {
        let head = bytes.get(at..at + 8).ok_or(Flaw::Broken)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        let whole = usize::try_from(length).ok().and_then(|length| length.checked_add(FRAME));
        let end = whole.and_then(|whole| at.checked_add(whole)).ok_or(Flaw::Broken)?;
        let chunk = bytes.get(at..end).ok_or(Flaw::Broken)?;
        let kind = &chunk[4..8];
        if at == SIGNATURE && kind != b"IHDR" {
            return Err(Flaw::Broken);
        }
        match kind {
            b"acTL" | b"fcTL" | b"fdAT" => return Err(Flaw::Animated),
            b"IHDR" | b"PLTE" | b"IDAT" | b"tRNS" | b"eXIf" | b"IEND" => kept.extend_from_slice(chunk),
            // A letter in lower case says that a chunk may be left out.
            _ if kind[0].is_ascii_lowercase() => {}
            _ => return Err(Flaw::Broken),
        }
        at = end;
        if kind == b"IEND" {
            break;
        }
    }
    if at == bytes.len() { Ok(kept) } else { Err(Flaw::TrailingData) }
}

/// Whether the image was written with loss.
fn webp(bytes: &[u8]) -> Result<bool, Flaw> {
    const HEAD: usize = 12;
    const ANIMATED: u8 = 0x02;
    let size = |at: usize| {
        let field = bytes.get(at..at + 4).ok_or(Flaw::Broken)?;
        let size = u32::from_le_bytes([field[0], field[1], field[2], field[3]]);
        usize::try_from(size).map_err(|_beyond| Flaw::Broken)
    };
    let end = size(4)?.checked_add(8).ok_or(Flaw::Broken)?;
    let rest = bytes.get(end..).ok_or(Flaw::Broken)?;
    // A byte may fill up an odd length.
    if !rest.is_empty() && (rest, end % 2) != (b"\0".as_slice(), 1) {
        return Err(Flaw::TrailingData);
    }
    let (mut at, mut lossy) = (HEAD, None);
    while at + 8 <= bytes.len() {
        let kind = &bytes[at..at + 4];
        let length = size(at + 4)?;
        let content = at + 8;
        if length > bytes.len() - content {
            return Err(Flaw::Broken);
        }
        match kind {
            b"ANIM" | b"ANMF" => return Err(Flaw::Animated),
            b"VP8X" if bytes.get(content).is_some_and(|flags| flags & ANIMATED != 0) => {
                return Err(Flaw::Animated);
            }
            b"VP8 " => lossy = Some(true),
            b"VP8L" => lossy = Some(false),
            _ => {}
        }
        at = content + length + length % 2;
    }
    lossy.ok_or(Flaw::Broken)
}
