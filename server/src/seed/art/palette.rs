//! Colours that go together.

/// The colours of one picture.
#[derive(Clone, Copy)]
pub(super) struct Palette {
    /// Top of the background.
    pub(super) sky: &'static str,
    /// Bottom of the background.
    pub(super) ground: &'static str,
    /// The thing itself.
    pub(super) main: &'static str,
    /// What stands out from it.
    pub(super) accent: &'static str,
    /// Dark parts.
    pub(super) ink: &'static str,
    /// Light parts.
    pub(super) pale: &'static str,
}

const fn palette(colours: [&'static str; 6]) -> Palette {
    let [sky, ground, main, accent, ink, pale] = colours;
    Palette { sky, ground, main, accent, ink, pale }
}

/// What a picture draws its colours from.
pub(super) const PALETTES: [Palette; 12] = [
    palette(["#f1f5ec", "#d2e0cb", "#6b9a77", "#e3a257", "#2d3d35", "#fbf7ec"]),
    palette(["#fcf0e8", "#f1d1bd", "#c8674a", "#3d7075", "#3f2f2a", "#fff8ef"]),
    palette(["#ecf2f9", "#c7d7ea", "#4c70a1", "#f0b153", "#24314a", "#f9fbfd"]),
    palette(["#f7eef5", "#e1cbdf", "#8b5b8e", "#e8b34b", "#3b2940", "#fdf8fb"]),
    palette(["#fef6e1", "#f4dea5", "#d9982a", "#37598c", "#3d3321", "#fffaf0"]),
    palette(["#e8f5f4", "#bcdfdc", "#2e8d89", "#ee8253", "#1e3b3d", "#f6fcfb"]),
    palette(["#fdeff1", "#f6cbd2", "#d1647a", "#577e95", "#45282f", "#fff7f8"]),
    palette(["#f1f3f5", "#d2d9e1", "#5c6c7f", "#df785d", "#29313a", "#fafbfc"]),
    palette(["#f5f4e7", "#dddcb6", "#87893f", "#b75748", "#35351f", "#fcfbf1"]),
    palette(["#fff2ec", "#ffd3c3", "#ec795c", "#2e6f7f", "#422f2a", "#fff9f6"]),
    palette(["#f2f0fb", "#d4cff0", "#6a62b6", "#f1a457", "#2b2846", "#faf9fe"]),
    palette(["#eaf4ee", "#b9dcc8", "#2f7d5b", "#e9b949", "#1d3a2c", "#f6fbf8"]),
];

/// Materials that look the same everywhere.
pub(super) const WOOD: &str = "#c99a68";
/// Darker wood, for grain and legs.
pub(super) const WOOD_DARK: &str = "#a57848";
/// Bright metal.
pub(super) const STEEL: &str = "#c8ced6";
/// Metal in shadow.
pub(super) const STEEL_DARK: &str = "#8f99a5";
/// Brass and gold.
pub(super) const BRASS: &str = "#d8ab52";
/// Young leaves.
pub(super) const LEAF: &str = "#5fa365";
/// Old leaves.
pub(super) const LEAF_DARK: &str = "#3c7c4c";
/// Earth.
pub(super) const SOIL: &str = "#5b4636";
/// Light that a lamp throws.
pub(super) const GLOW: &str = "#ffe9a8";
