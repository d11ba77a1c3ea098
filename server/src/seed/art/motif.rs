//! What a picture can show.

use super::canvas::Canvas;
use super::{audio, bags, books, furniture, kitchen, lighting, plants, tools};

macro_rules! motifs {
    ($($motif:ident => $draw:path,)*) => {
        /// A thing that can be drawn.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::seed) enum Motif {
            $($motif,)*
        }

        impl Motif {
            /// Draws it.
            pub(super) fn draw(self, canvas: &mut Canvas) {
                match self {
                    $(Self::$motif => $draw(canvas),)*
                }
            }
        }
    };
}

motifs! {
    Mug => kitchen::mug,
    Kettle => kitchen::kettle,
    Pan => kitchen::pan,
    Knife => kitchen::knife,
    Board => kitchen::board,
    Teapot => kitchen::teapot,
    Bowl => kitchen::bowl,
    Jars => kitchen::jars,
    Moka => kitchen::moka,
    TableLamp => lighting::table_lamp,
    Pendant => lighting::pendant,
    FloorLamp => lighting::floor_lamp,
    DeskLamp => lighting::desk_lamp,
    Lantern => lighting::lantern,
    StringLights => lighting::string_lights,
    Candle => lighting::candle,
    GlobeLamp => lighting::globe_lamp,
    Novel => books::novel,
    Mystery => books::mystery,
    Cookbook => books::cookbook,
    FieldGuide => books::field_guide,
    Atlas => books::atlas,
    Design => books::design,
    Poetry => books::poetry,
    Notebook => books::notebook,
    Monstera => plants::monstera,
    SnakePlant => plants::snake_plant,
    Cactus => plants::cactus,
    Fern => plants::fern,
    Succulent => plants::succulent,
    OliveTree => plants::olive_tree,
    Trailing => plants::trailing,
    Orchid => plants::orchid,
    LoungeChair => furniture::lounge_chair,
    DiningChair => furniture::dining_chair,
    Stool => furniture::stool,
    SideTable => furniture::side_table,
    Bookshelf => furniture::bookshelf,
    Bench => furniture::bench,
    Desk => furniture::desk,
    Sofa => furniture::sofa,
    Mirror => furniture::mirror,
    Backpack => bags::backpack,
    Tote => bags::tote,
    Messenger => bags::messenger,
    Duffel => bags::duffel,
    Suitcase => bags::suitcase,
    Pouch => bags::pouch,
    Crossbody => bags::crossbody,
    Sling => bags::sling,
    Wallet => bags::wallet,
    Headphones => audio::headphones,
    Speaker => audio::speaker,
    Turntable => audio::turntable,
    Earbuds => audio::earbuds,
    Radio => audio::radio,
    Microphone => audio::microphone,
    Soundbar => audio::soundbar,
    SmartSpeaker => audio::smart_speaker,
    Cassette => audio::cassette,
    Hammer => tools::hammer,
    Screwdriver => tools::screwdriver,
    Saw => tools::saw,
    Plane => tools::plane,
    Pliers => tools::pliers,
    Tape => tools::tape,
    Toolbox => tools::toolbox,
    Drill => tools::drill,
    Wrench => tools::wrench,
}
