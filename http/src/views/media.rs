//! Pictures as the API shows them.

use std::collections::BTreeMap;

use amazoff_actors::media::{Encoding, KeptImage, Preset, Rendition};
use serde::Serialize;
use utoipa::ToSchema;

use super::media_path;

/// A form with a picture.
#[derive(Clone, Debug, ToSchema)]
#[schema(as = Upload)]
pub struct UploadForm {
    /// JPEG, PNG or WebP; the part says which.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// Where a picture is in one of the sizes in which the shop shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MediaPreset)]
pub struct PresetBody {
    /// As WebP.
    pub webp: String,
    /// As JPEG.
    pub jpeg: String,
    /// In pixels, where the size of the picture is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// In pixels, where the size of the picture is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// Where a picture is, by the names of the sizes: `thumb`, `card`, `page`, `zoom`, `og`.
pub type Presets = BTreeMap<&'static str, PresetBody>;

/// What is kept of an upload.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UploadedMedia)]
pub struct UploadedBody {
    /// Its name.
    pub sha256: String,
    /// Where it is.
    pub url: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Of what is kept.
    pub bytes: usize,
    /// Where it is in the sizes in which the shop shows it.
    #[schema(value_type = BTreeMap<String, PresetBody>)]
    pub presets: Presets,
}

impl From<&KeptImage> for UploadedBody {
    fn from(image: &KeptImage) -> Self {
        Self {
            sha256: image.sha256.clone(),
            url: media_path(&image.sha256),
            width: image.width,
            height: image.height,
            bytes: image.bytes.len(),
            presets: presets(&image.sha256, Some((image.width, image.height))),
        }
    }
}

/// The path of a picture in a size.
pub fn rendition_path(blob: &str, preset: Preset, encoding: Encoding) -> String {
    format!("{}/{}", media_path(blob), Rendition { preset, encoding })
}

/// Where a picture is in every size.
pub fn presets(blob: &str, size: Option<(u32, u32)>) -> Presets {
    let of = |preset: Preset| {
        let size = size.map(|size| preset.size(size));
        let path = |encoding| rendition_path(blob, preset, encoding);
        let body = PresetBody {
            webp: path(Encoding::WebP),
            jpeg: path(Encoding::Jpeg),
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
        };
        (preset.name(), body)
    };
    Preset::ALL.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_has_two_paths_and_its_sides_where_they_are_known() {
        let known = presets("00", Some((3000, 4000)));
        assert_eq!(known.len(), Preset::ALL.len());
        let card = &known["card"];
        assert_eq!(
            (card.webp.as_str(), card.jpeg.as_str()),
            ("/v1/media/00/card.webp", "/v1/media/00/card.jpg")
        );
        assert_eq!((card.width, card.height), (Some(300), Some(400)));
        assert_eq!(presets("00", None)["card"].width, None);
    }
}
