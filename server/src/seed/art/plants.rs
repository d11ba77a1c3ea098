//! Plants in pots.

use super::canvas::Canvas;
use super::palette::{LEAF, LEAF_DARK, SOIL, WOOD};

fn pot(c: &mut Canvas) {
    let p = c.palette;
    c.oval(SOIL, [320, 366, 92, 16]);
    c.solid(p.main, 345, "M224 366H416L392 484a20 20 0 0 1 -20 16H268a20 20 0 0 1 -20 -16Z");
    c.block(p.main, [210, 350, 220, 40, 12]);
    match c.roll(3) {
        0 => c.line(p.pale, 8, "M240 428l26 22l26 -22l28 22l28 -22l26 22l26 -22"),
        1 => c.flat(p.accent, "M238 440H402L397 466H243Z"),
        _ => {
            for x in [264, 302, 340, 378] {
                c.oval(p.pale, [x, 440, 9, 9]);
            }
        }
    }
    c.shine(9, "M234 402L246 462");
}

pub(super) fn monstera(c: &mut Canvas) {
    c.shadow(320, 140);
    for (turn, colour, reach) in
        [(-62, LEAF_DARK, 190), (58, LEAF_DARK, 196), (-26, LEAF, 232), (30, LEAF, 226)]
    {
        c.turned(turn, [320, 366], |c| {
            let top = 366 - reach;
            c.line(LEAF_DARK, 8, &format!("M320 366V{top}"));
            c.flat(colour, &format!("M320 {}c-96 -16 -108 -120 0 -164c108 44 96 148 0 164Z", top + 96));
            c.line(LEAF_DARK, 4, &format!("M320 {}V{}", top + 90, top - 50));
            c.line(
                c.palette.sky,
                7,
                &format!(
                    "M262 {}l30 -10M378 {}l-30 -10M258 {}l26 2M382 {}l-26 2",
                    top + 50,
                    top + 50,
                    top + 12,
                    top + 12
                ),
            );
        });
    }
    pot(c);
}

pub(super) fn snake_plant(c: &mut Canvas) {
    c.shadow(320, 140);
    for (turn, top) in [(-24, 190), (22, 200), (-12, 130), (13, 150), (0, 96)] {
        c.turned(turn, [320, 366], |c| {
            c.flat(LEAF_DARK, &format!("M296 372C290 300 296 220 320 {top}C344 220 350 300 344 372Z"));
            c.flat(LEAF, &format!("M306 372C302 300 306 240 320 {}C334 240 338 300 334 372Z", top + 34));
            c.line("#d9d68a", 3, &format!("M298 330C296 270 302 210 320 {}", top + 6));
        });
    }
    pot(c);
}

pub(super) fn cactus(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 140);
    c.line(LEAF_DARK, 46, "M320 300H424V236");
    c.line(LEAF, 46, "M320 262H222V196");
    c.block(LEAF, [270, 130, 100, 250, 50]);
    c.line(LEAF_DARK, 5, "M296 168V350M320 150V356M344 168V350");
    for (x, y) in [(222, 172), (424, 212)] {
        c.ball(p.accent, [x, y, 15, 13]);
    }
    for turn in [-50, 0, 50] {
        c.turned(turn, [320, 138], |c| c.flat(p.accent, "M320 138c-26 -14 -22 -44 0 -54c22 10 26 40 0 54Z"));
    }
    pot(c);
}

pub(super) fn fern(c: &mut Canvas) {
    c.shadow(320, 140);
    for (turn, colour) in [
        (-84, LEAF_DARK),
        (84, LEAF_DARK),
        (-56, LEAF),
        (56, LEAF),
        (-28, LEAF_DARK),
        (28, LEAF_DARK),
        (0, LEAF),
    ] {
        c.turned(turn, [320, 366], |c| {
            c.line(colour, 6, "M320 366C318 300 322 220 330 150");
            for step in 0..8 {
                let (y, reach) = (336 - step * 24, 46 - step * 4);
                c.flat(colour, &format!("M321 {y}q-{} -26 -{reach} -22q6 24 {reach} 22Z", reach / 2));
                c.flat(colour, &format!("M321 {y}q{} -26 {reach} -22q-6 24 -{reach} 22Z", reach / 2));
            }
        });
    }
    pot(c);
}

pub(super) fn succulent(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 140);
    for (turns, length, colour) in [
        (&[-78, -44, -14, 16, 46, 78][..], 186, LEAF_DARK),
        (&[-60, -30, 0, 30, 60][..], 150, LEAF),
        (&[-44, -16, 14, 42][..], 112, "#8cc78a"),
    ] {
        for turn in turns {
            c.turned(*turn, [320, 366], |c| {
                let tip = 366 - length;
                c.flat(
                    colour,
                    &format!("M320 372C262 330 282 {} 320 {tip}C358 {} 378 330 320 372Z", tip + 50, tip + 50),
                );
                c.oval(p.accent, [320, tip + 6, 5, 7]);
            });
        }
    }
    pot(c);
}

pub(super) fn olive_tree(c: &mut Canvas) {
    c.shadow(320, 140);
    c.line(WOOD, 18, "M320 366C312 320 330 290 320 240");
    c.line(WOOD, 10, "M320 290L256 220M322 270L386 206");
    for (x, y, r) in [(250, 196, 62), (392, 190, 60), (320, 140, 76), (320, 216, 60)] {
        c.ball(LEAF_DARK, [x, y, r, r * 9 / 10]);
    }
    for (x, y) in [
        (220, 180),
        (262, 150),
        (300, 110),
        (350, 130),
        (400, 160),
        (420, 200),
        (330, 190),
        (276, 214),
        (366, 230),
    ] {
        let turn = i32::from(c.roll(90)) - 45;
        c.turned(turn, [x, y], |c| c.oval("#a5c592", [x, y, 22, 8]));
    }
    for (x, y) in [(238, 220), (300, 170), (384, 216), (352, 96)] {
        c.ball("#5d4468", [x, y, 10, 13]);
    }
    pot(c);
}

pub(super) fn trailing(c: &mut Canvas) {
    c.shadow(320, 140);
    pot(c);
    for (path, points) in [
        ("M250 360C190 350 170 420 150 480", [(212, 356), (178, 394), (160, 440), (150, 482)]),
        ("M390 360C450 350 470 410 480 470", [(430, 356), (462, 392), (474, 432), (480, 474)]),
        ("M300 356C280 280 240 260 220 210", [(292, 320), (272, 280), (242, 252), (220, 208)]),
        ("M340 356C360 280 400 250 420 190", [(348, 318), (368, 276), (402, 240), (420, 188)]),
        ("M320 356C318 280 326 220 318 140", [(320, 310), (320, 260), (324, 206), (318, 144)]),
    ] {
        c.line(LEAF_DARK, 6, path);
        for (index, (x, y)) in points.into_iter().enumerate() {
            let colour = if index % 2 == 0 { LEAF } else { LEAF_DARK };
            c.flat(colour, &format!("M{x} {}c-44 -22 -36 -62 0 -52c36 -10 44 30 0 52Z", y + 26));
            c.shine(3, &format!("M{x} {}V{}", y + 16, y - 16));
        }
    }
}

pub(super) fn orchid(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 140);
    c.line(LEAF_DARK, 8, "M320 366C300 240 330 150 440 130");
    c.flat(LEAF, "M320 372C230 300 150 320 130 350C190 384 270 390 320 372Z");
    c.flat(LEAF_DARK, "M320 372C410 300 490 320 510 350C450 384 370 390 320 372Z");
    for (x, y) in [(316, 226), (356, 166), (430, 132)] {
        for turn in [0, 72, 144, 216, 288] {
            c.turned(turn, [x, y], |c| {
                c.flat(p.accent, &format!("M{x} {y}c-34 -20 -28 -58 0 -62c28 4 34 42 0 62Z"));
                c.shine(3, &format!("M{x} {}V{}", y - 16, y - 44));
            });
        }
        c.ball(p.pale, [x, y, 13, 13]);
    }
    pot(c);
}
