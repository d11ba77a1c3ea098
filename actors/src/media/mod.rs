//! Media: pictures that people upload, and the renditions that shoppers see.
//!
//! No entity: what is kept is named by its content, so there is nothing to decide, nothing that changes, and no order in which
//! things happen. What shows a picture (a product, a line of a cart, an order) keeps its name.
//!
//! Invariants:
//! - MEDIA-1: only what a codec has decoded and written anew is kept: nothing of an upload but its pixels reaches a shopper.
//! - MEDIA-2: the same upload gives the same name, and is kept once.
//! - MEDIA-3: only renditions of the list [`Preset::ALL`] are made, so nobody fills the store by asking for sizes.
//! - MEDIA-4: a rendition that many ask for at once is made once.
//!
//! Called by the edges through [`MediaStore`]; pixels are the business of the port [`ImageCodec`].

mod codec;
mod preset;
mod store;
#[cfg(test)]
mod tests;

pub use codec::{Flaw, ImageCodec, ImageError, ImageLimits, ImageType, KeptImage};
pub use preset::{Encoding, Fit, Preset, Rendition, RenditionUnknown};
pub use store::{MediaError, MediaStore, Original, UploadPlace};
