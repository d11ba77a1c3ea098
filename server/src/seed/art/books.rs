//! Books: one body, many covers.

use super::canvas::Canvas;
use super::palette::{BRASS, LEAF, LEAF_DARK};

/// A standing book whose cover is 250 × 340 at (200, 150).
fn book(c: &mut Canvas, cover: impl FnOnce(&mut Canvas)) {
    let p = c.palette;
    c.shadow(335, 165);
    c.flat(p.ink, "M196 150L206 140H462V492L450 500H196Z");
    c.flat("#f7f1e3", "M446 154L460 146V486L446 494Z");
    c.line("#d8ceb8", 2, "M450 156V490M455 152V488");
    c.slab(p.main, [190, 150, 258, 350, 8]);
    cover(c);
    c.glass(p.ink, 22, "M190 158a8 8 0 0 1 8 -8H212V500H198a8 8 0 0 1 -8 -8Z");
    c.shine(4, "M216 156V494");
}

/// Lines that read as title and author.
fn lettering(c: &mut Canvas, colour: &str, y: i32) {
    c.slab(colour, [250, y, 160, 14, 4]);
    c.slab(colour, [270, y + 24, 120, 14, 4]);
    c.slab(colour, [300, y + 54, 60, 7, 3]);
}

pub(super) fn novel(c: &mut Canvas) {
    book(c, |c| {
        let p = c.palette;
        c.ball(p.accent, [332, 300, 70, 70]);
        c.flat(p.pale, "M212 360c40 -44 78 -44 118 0s78 44 118 0V492a8 8 0 0 1 -8 8H212Z");
        c.glass(p.ink, 20, "M212 420c40 -34 78 -34 118 0s78 34 118 0V492a8 8 0 0 1 -8 8H212Z");
        lettering(c, p.pale, 178);
    });
}

pub(super) fn mystery(c: &mut Canvas) {
    book(c, |c| {
        let p = c.palette;
        c.slab(p.ink, [212, 150, 236, 350, 0]);
        c.ball(p.pale, [372, 262, 44, 44]);
        c.flat(p.ground, "M212 500V410H246V372H284V410H310V346L338 322L366 346V410H392V380H426V500Z");
        c.flat(p.ink, "M330 500V452a10 10 0 0 1 20 0V500Z");
        for (x, y) in [(258, 390), (258, 430), (404, 400), (404, 440), (330, 366)] {
            c.slab(BRASS, [x, y, 14, 18, 2]);
        }
        lettering(c, p.pale, 176);
    });
}

pub(super) fn cookbook(c: &mut Canvas) {
    book(c, |c| {
        let p = c.palette;
        c.oval(p.pale, [330, 370, 92, 92]);
        c.oval(p.ground, [330, 370, 66, 66]);
        c.ball("#dd5a4a", [314, 376, 32, 30]);
        c.flat(LEAF, "M330 352c10 -34 46 -42 62 -34c-4 28 -30 46 -62 34Z");
        c.flat(LEAF_DARK, "M336 384c26 -8 44 6 48 22c-22 10 -44 0 -48 -22Z");
        lettering(c, p.pale, 178);
    });
}

pub(super) fn field_guide(c: &mut Canvas) {
    book(c, |c| {
        let p = c.palette;
        c.slab(p.pale, [232, 270, 196, 206, 98]);
        c.line(LEAF_DARK, 7, "M330 460C330 400 330 350 330 300");
        for (y, reach) in [(430, 60), (390, 66), (350, 54)] {
            c.flat(LEAF, &format!("M330 {y}q{} -44 {reach} -52q4 40 -{reach} 52Z", reach / 3));
            c.flat(LEAF_DARK, &format!("M330 {y}q-{} -44 -{reach} -52q-4 40 {reach} 52Z", reach / 3));
        }
        c.ball(p.accent, [330, 298, 22, 22]);
        lettering(c, p.pale, 178);
    });
}

pub(super) fn atlas(c: &mut Canvas) {
    book(c, |c| {
        let p = c.palette;
        c.ball(p.pale, [330, 376, 92, 92]);
        c.line(
            p.accent,
            5,
            "M238 376H422M330 284V468M330 284C270 320 270 432 330 468M330 284C390 320 390 432 330 468",
        );
        c.line(p.accent, 5, "M252 330Q330 352 408 330M252 422Q330 400 408 422");
        lettering(c, p.pale, 178);
    });
}

pub(super) fn design(c: &mut Canvas) {
    book(c, |c| {
        let p = c.palette;
        c.slab(p.pale, [212, 150, 236, 350, 0]);
        for row in 0..4 {
            for column in 0..4 {
                let (x, y) = (222 + column * 55, 280 + row * 55);
                let colour = [p.main, p.accent, p.ink, p.ground][usize::from(c.roll(4))];
                match c.roll(3) {
                    0 => c.flat(colour, &format!("M{x} {y}h50a50 50 0 0 1 -50 50Z")),
                    1 => c.oval(colour, [x + 25, y + 25, 25, 25]),
                    _ => c.flat(colour, &format!("M{x} {}L{} {y}V{}Z", y + 50, x + 50, y + 50)),
                }
            }
        }
        lettering(c, p.ink, 176);
    });
}

pub(super) fn poetry(c: &mut Canvas) {
    book(c, |c| {
        let p = c.palette;
        c.line(p.pale, 6, "M262 460C300 400 370 380 390 290");
        for (x, y, turn) in [(296, 416, 20), (334, 384, -10), (366, 344, 10), (390, 296, -20)] {
            c.turned(turn, [x, y], |c| {
                c.flat(p.accent, &format!("M{x} {y}q-50 -10 -64 -50q46 -6 64 50Z"));
                c.flat(p.pale, &format!("M{x} {y}q44 6 66 -22q-34 -30 -66 22Z"));
            });
        }
        lettering(c, p.pale, 178);
    });
}

pub(super) fn notebook(c: &mut Canvas) {
    let p = c.palette;
    book(c, |c| {
        c.slab(p.pale, [262, 236, 140, 76, 6]);
        c.line(p.ink, 5, "M284 262H380M284 286H350");
        c.slab(p.accent, [412, 150, 16, 350, 0]);
    });
    c.flat(p.accent, "M300 500H322V548L311 536L300 548Z");
    c.turned(14, [520, 380], |c| {
        c.block("#e8b34b", [508, 200, 24, 270, 4]);
        c.flat("#f2ddb4", "M508 470H532L520 506Z");
        c.slab("#d98b8b", [508, 184, 24, 22, 6]);
    });
}
