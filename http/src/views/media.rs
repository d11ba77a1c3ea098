//! Pictures as the API shows them.

use amazoff_actors::media::{Encoding, KeptImage, Preset};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::{MEDIA, media_path};

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

/// Where a picture is, by the names of the sizes: `thumb`, `card`, `page`, `zoom`, `og`. Ten addresses follow from its name, so
/// they are only ever written, not kept.
#[derive(Clone, Debug)]
pub struct Presets {
    blob: String,
    size: Option<(u32, u32)>,
}

impl Presets {
    /// Of a picture, with its width and height in pixels where they are known.
    pub fn of(blob: &str, size: Option<(u32, u32)>) -> Self {
        Self { blob: blob.to_owned(), size }
    }

    fn preset(&self, preset: Preset) -> PresetBody {
        let size = self.size.map(|size| preset.size(size));
        let path = |encoding| rendition_path(&self.blob, preset, encoding);
        PresetBody {
            webp: path(Encoding::WebP),
            jpeg: path(Encoding::Jpeg),
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
        }
    }
}

impl Serialize for Presets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Preset::ALL.len()))?;
        for preset in Preset::ALL {
            map.serialize_entry(preset.name(), &self.preset(preset))?;
        }
        map.end()
    }
}

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
    #[schema(value_type = std::collections::BTreeMap<String, PresetBody>)]
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
            presets: Presets::of(&image.sha256, Some((image.width, image.height))),
        }
    }
}

/// The path of a picture in a size.
pub fn rendition_path(blob: &str, preset: Preset, encoding: Encoding) -> String {
    // Hundreds of them stand in a list; putting parts together costs a fraction of formatting them.
    [MEDIA, blob, "/", preset.name(), ".", encoding.extension()].concat()
}

#[cfg(test)]
mod tests {
    use amazoff_actors::media::Rendition;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_size_has_two_paths_and_its_sides_where_they_are_known() {
        let known = serde_json::to_value(Presets::of("00", Some((3000, 4000)))).unwrap();
        assert_eq!(known.as_object().unwrap().len(), Preset::ALL.len());
        let card = json!({ "webp": "/v1/media/00/card.webp", "jpeg": "/v1/media/00/card.jpg", "width": 300, "height": 400 });
        assert_eq!(known["card"], card);
        let unknown = serde_json::to_value(Presets::of("00", None)).unwrap();
        assert_eq!(unknown["card"].get("width"), None);
    }

    #[test]
    fn paths_name_renditions_as_they_are_called() {
        for rendition @ Rendition { preset, encoding } in Rendition::all() {
            assert_eq!(rendition_path("00", preset, encoding), format!("{}/{rendition}", media_path("00")));
        }
    }
}
