//! Things that make sound.

use super::canvas::Canvas;
use super::palette::{BRASS, STEEL, STEEL_DARK, WOOD, WOOD_DARK};

pub(super) fn headphones(c: &mut Canvas) {
    let p = c.palette;
    c.line(p.main, 34, "M176 370C150 60 490 60 464 370");
    c.line(p.pale, 10, "M196 330C186 110 454 110 444 330");
    for (x, inner) in [(136, 206), (424, 394)] {
        c.block(p.ink, [inner, 316, 40, 150, 20]);
        c.block(p.main, [x, 300, 80, 182, 38]);
    }
    c.oval(p.accent, [172, 392, 20, 48]);
    c.oval(p.accent, [468, 392, 20, 48]);
    c.shine(9, "M188 240c10 -60 44 -96 84 -108");
}

pub(super) fn speaker(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 150);
    c.block(WOOD, [206, 110, 228, 390, 22]);
    c.slab(p.main, [224, 128, 192, 354, 12]);
    c.ball(p.ink, [320, 212, 50, 50]);
    c.oval(STEEL_DARK, [320, 212, 22, 22]);
    c.ball(p.ink, [320, 370, 84, 84]);
    c.oval(STEEL_DARK, [320, 370, 62, 62]);
    c.oval(p.ink, [320, 370, 54, 54]);
    c.ball(p.accent, [320, 370, 24, 24]);
    c.shine(7, "M258 346c8 -22 22 -34 42 -38M290 200c4 -10 12 -16 20 -18");
}

pub(super) fn turntable(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 230);
    c.block(WOOD, [96, 200, 448, 280, 20]);
    c.slab(p.pale, [112, 216, 416, 248, 12]);
    c.oval(p.ink, [266, 340, 112, 112]);
    for r in [94, 78, 62] {
        c.line(
            STEEL_DARK,
            1,
            &format!("M{} 340a{r} {r} 0 1 0 {} 0a{r} {r} 0 1 0 -{} 0", 266 - r, r * 2, r * 2),
        );
    }
    c.oval(p.accent, [266, 340, 38, 38]);
    c.oval(p.pale, [266, 340, 6, 6]);
    c.ball(STEEL, [464, 260, 28, 28]);
    c.line(STEEL_DARK, 10, "M464 260V380L372 400");
    c.turned(-12, [362, 402], |c| c.block(p.main, [336, 390, 44, 24, 4]));
    c.ball(p.main, [480, 428, 15, 15]);
    c.slab(p.ink, [120, 480, 40, 20, 4]);
    c.slab(p.ink, [480, 480, 40, 20, 4]);
    c.shine(6, "M190 290c16 -26 36 -38 60 -42");
}

pub(super) fn earbuds(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 170);
    c.block(p.main, [170, 350, 300, 150, 60]);
    c.slab(p.ink, [190, 340, 260, 26, 12]);
    c.oval(p.accent, [320, 440, 8, 8]);
    for flip in [false, true] {
        let bud = |c: &mut Canvas| {
            c.block(p.pale, [222, 200, 34, 150, 17]);
            c.ball(p.pale, [232, 190, 54, 50]);
            c.oval(p.ink, [206, 186, 18, 24]);
            c.shine(7, "M222 156c12 -6 24 -4 34 4");
        };
        if flip { c.mirrored(bud) } else { bud(c) }
    }
    c.shine(10, "M196 400c4 -14 12 -22 26 -26");
}

pub(super) fn radio(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 210);
    c.line(STEEL_DARK, 8, "M440 220L520 76");
    c.oval(STEEL, [520, 76, 9, 9]);
    c.line(p.ink, 16, "M190 220C190 150 450 150 450 220");
    c.block(p.main, [120, 216, 400, 284, 40]);
    c.slab(p.pale, [146, 246, 200, 224, 24]);
    for y in 0..6 {
        for x in 0..6 {
            c.oval(p.ink, [170 + x * 30, 282 + y * 30, 8, 8]);
        }
    }
    c.slab(p.ground, [370, 252, 122, 70, 12]);
    c.line(p.accent, 5, "M420 256V318");
    c.line(p.ink, 3, "M384 306v-12M400 306v-12M436 306v-12M456 306v-12M476 306v-12");
    c.ball(p.accent, [432, 406, 46, 46]);
    c.line(p.pale, 7, "M432 406L454 380");
    c.shine(10, "M138 280c2 -20 10 -32 24 -40");
}

pub(super) fn microphone(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 130);
    c.line(p.ink, 16, "M210 250V300C210 400 430 400 430 300V250");
    c.block(STEEL_DARK, [310, 380, 20, 100, 4]);
    c.block(p.ink, [230, 476, 180, 24, 12]);
    c.block(STEEL, [246, 96, 148, 260, 74]);
    for y in [140, 166, 192, 218] {
        c.line(STEEL_DARK, 5, &format!("M262 {y}H378"));
    }
    c.flat(p.main, "M246 244H394V282a74 74 0 0 1 -148 0Z");
    c.glass(p.ink, 13, "M335 244H394V282a74 74 0 0 1 -59 72Z");
    c.ball(p.accent, [320, 296, 14, 14]);
    c.shine(9, "M266 160c4 -22 16 -36 32 -42");
}

pub(super) fn soundbar(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 250);
    c.block(p.ink, [176, 120, 288, 190, 12]);
    c.flat(p.main, "M190 134H450V296H190Z");
    c.ball(p.accent, [400, 186, 26, 26]);
    c.flat(p.pale, "M190 296V264l60 -58l50 46l44 -34l106 78Z");
    c.block(WOOD, [70, 440, 500, 60, 8]);
    c.line(WOOD_DARK, 3, "M90 462H330M260 480H540");
    c.block(p.main, [100, 368, 440, 72, 30]);
    c.slab(p.ink, [128, 384, 384, 40, 16]);
    for x in 0..12 {
        c.line(STEEL_DARK, 3, &format!("M{} 390V418", 150 + x * 31));
    }
    c.slab(p.ink, [296, 310, 48, 58, 2]);
}

pub(super) fn smart_speaker(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 150);
    c.solid(
        p.main,
        350,
        "M184 380C184 260 240 200 320 200S456 260 456 380C456 470 410 500 320 500S184 470 184 380Z",
    );
    c.oval(p.pale, [320, 214, 74, 24]);
    c.oval(p.accent, [320, 214, 52, 15]);
    for row in 0..5 {
        for column in 0..9 {
            let (x, y) = (216 + column * 26 + (row % 2) * 13, 300 + row * 34);
            if x < 440 {
                c.oval(p.ink, [x, y, 4, 4]);
            }
        }
    }
    for radius in [60, 92] {
        c.shine(9, &format!("M{} 158a{radius} {radius} 0 0 1 {} 0", 320 - radius, radius * 2));
    }
    c.shine(11, "M206 350c6 -44 26 -80 56 -100");
}

pub(super) fn cassette(c: &mut Canvas) {
    let p = c.palette;
    c.turned(-8, [320, 320], |c| {
        c.block(p.main, [110, 180, 420, 280, 24]);
        c.slab(p.pale, [146, 208, 348, 160, 12]);
        c.slab(p.accent, [146, 240, 348, 26, 0]);
        c.slab(p.ink, [196, 284, 248, 66, 33]);
        for x in [234, 406] {
            c.oval(p.pale, [x, 317, 24, 24]);
            c.oval(p.main, [x, 317, 10, 10]);
        }
        c.flat(BRASS, "M196 460L220 396H420L444 460Z");
        c.line(p.ink, 4, "M176 224H380");
        c.shine(9, "M128 220V320");
    });
}
