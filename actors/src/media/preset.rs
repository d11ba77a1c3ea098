//! The sizes in which pictures are shown: a closed list.

use std::fmt;
use std::str::FromStr;

/// Raised when presets or encoders change so that renditions must be made anew: it is part of their keys.
const EDITION: u32 = 1;

/// A size in which pictures are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Preset {
    /// In a line of a cart.
    Thumb,
    /// In a list.
    Card,
    /// On its own page.
    Page,
    /// Looked at closely.
    Zoom,
    /// Where other sites show a link (Open Graph).
    Og,
}

/// How a picture gets the size of a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The longer side has at most so many pixels. Smaller pictures stay as they are.
    Within(u32),
    /// Exactly this width and height; what is too much is cut off on both sides alike.
    Cover(u32, u32),
}

impl Preset {
    /// All of them, the smallest first.
    pub const ALL: [Self; 5] = [Self::Thumb, Self::Card, Self::Page, Self::Zoom, Self::Og];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Thumb => "thumb",
            Self::Card => "card",
            Self::Page => "page",
            Self::Zoom => "zoom",
            Self::Og => "og",
        }
    }

    /// How a picture gets its size.
    pub fn fit(self) -> Fit {
        match self {
            Self::Thumb => Fit::Within(160),
            Self::Card => Fit::Within(400),
            Self::Page => Fit::Within(800),
            Self::Zoom => Fit::Within(1600),
            Self::Og => Fit::Cover(1200, 630),
        }
    }

    /// Width and height in pixels of its rendition of a picture of this width and height.
    pub fn size(self, picture: (u32, u32)) -> (u32, u32) {
        self.fit().size(picture)
    }
}

impl Fit {
    /// Width and height of what becomes of a picture of this width and height; neither is 0.
    pub fn size(self, (width, height): (u32, u32)) -> (u32, u32) {
        match self {
            Self::Cover(width, height) => (width, height),
            Self::Within(most) => within(most, (width, height)),
        }
    }
}

/// Width and height with the longer side at most `most`, neither of them 0.
fn within(most: u32, (width, height): (u32, u32)) -> (u32, u32) {
    let longest = u64::from(width.max(height));
    if longest <= u64::from(most) {
        return (width.max(1), height.max(1));
    }
    let scaled = |side: u32| {
        let side = (u64::from(side) * u64::from(most) + longest / 2) / longest;
        u32::try_from(side).unwrap_or(most).max(1)
    };
    (scaled(width), scaled(height))
}

/// How a rendition is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// Smaller, and transparent where the picture is.
    WebP,
    /// For what cannot read WebP; on white where the picture is transparent.
    Jpeg,
}

impl Encoding {
    /// All of them, the preferred one first.
    pub const ALL: [Self; 2] = [Self::WebP, Self::Jpeg];

    /// How its files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::WebP => "webp",
            Self::Jpeg => "jpg",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::WebP => "image/webp",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// A picture in one size and encoding: `card.webp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rendition {
    /// The size.
    pub preset: Preset,
    /// How it is written.
    pub encoding: Encoding,
}

impl Rendition {
    /// All that there are.
    pub fn all() -> impl Iterator<Item = Self> {
        Preset::ALL.into_iter().flat_map(|preset| Encoding::ALL.map(|encoding| Self { preset, encoding }))
    }

    /// Under which name it is kept beside its picture: a new one when presets or encoders change.
    pub fn key(self) -> String {
        format!("{}-{EDITION}.{}", self.preset.name(), self.encoding.extension())
    }
}

impl fmt::Display for Rendition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.preset.name(), self.encoding.extension())
    }
}

/// No rendition has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no rendition has this name")]
pub struct RenditionUnknown;

impl FromStr for Rendition {
    type Err = RenditionUnknown;
    fn from_str(text: &str) -> Result<Self, RenditionUnknown> {
        Self::all().find(|rendition| rendition.to_string() == text).ok_or(RenditionUnknown)
    }
}
