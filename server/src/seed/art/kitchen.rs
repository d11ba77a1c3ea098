//! Mugs, pots and what stands beside them.

use super::canvas::Canvas;
use super::palette::{BRASS, STEEL, STEEL_DARK, WOOD, WOOD_DARK};

pub(super) fn mug(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(325, 170);
    c.line(p.main, 30, "M410 300h36a48 48 0 0 1 48 48v14a48 48 0 0 1 -48 48h-36");
    c.solid(p.main, 340, "M205 240H425V440a60 60 0 0 1 -60 60H265a60 60 0 0 1 -60 -60Z");
    c.flat(
        p.pale,
        "M205 372c37 -26 73 26 110 0s73 -26 110 0V440a60 60 0 0 1 -60 60H265a60 60 0 0 1 -60 -60Z",
    );
    c.glass(p.ink, 10, "M350 377c28 14 50 8 75 -5V440a60 60 0 0 1 -60 60H330Z");
    c.oval(p.pale, [315, 240, 110, 20]);
    c.oval("#6d4a37", [315, 243, 98, 14]);
    c.shine(12, "M232 285V345");
    for x in [275, 320, 365] {
        c.shine(9, &format!("M{x} 200c-22 -24 22 -36 0 -66"));
    }
}

pub(super) fn kettle(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 185);
    c.line(p.main, 24, "M225 440C150 440 190 300 128 270");
    c.line(p.ink, 26, "M395 285C520 250 525 420 440 420");
    c.solid(p.main, 345, "M245 270H415L462 470a26 26 0 0 1 -26 30H224a26 26 0 0 1 -26 -30Z");
    c.slab(p.ink, [232, 256, 196, 20, 10]);
    c.solid(p.main, 345, "M252 256a78 44 0 0 1 156 0Z");
    c.ball(WOOD, [330, 202, 22, 20]);
    c.shine(12, "M262 310L240 420");
    c.slab(p.accent, [203, 440, 254, 14, 4]);
}

pub(super) fn pan(c: &mut Canvas) {
    let p = c.palette;
    c.turned(-38, [320, 320], |c| {
        c.block(WOOD, [405, 296, 190, 48, 24]);
        c.slab(p.ink, [385, 300, 60, 40, 8]);
        c.oval(p.pale, [566, 320, 10, 10]);
        c.ball(p.ink, [265, 320, 158, 158]);
        c.oval(STEEL_DARK, [265, 320, 134, 134]);
        c.oval(p.ink, [265, 320, 126, 126]);
    });
    c.flat(
        "#fffdf6",
        "M214 318c-32 34 -22 92 28 96c22 34 88 18 92 -18c42 -16 32 -78 -10 -84c-24 -34 -82 -30 -110 6Z",
    );
    c.ball("#f4b13e", [272, 362, 36, 34]);
    c.shine(9, "M252 350c6 -12 16 -16 26 -14");
}

pub(super) fn knife(c: &mut Canvas) {
    let p = c.palette;
    c.turned(-42, [320, 320], |c| {
        c.flat(STEEL, "M112 282H400V372C290 376 180 352 112 282Z");
        c.flat("#e6eaef", "M112 282H400V318C290 320 190 312 112 282Z");
        c.block(STEEL_DARK, [396, 278, 30, 96, 8]);
        c.solid(p.main, 500, "M424 284H560c26 0 34 62 4 72c-22 6 -34 -10 -62 -10H424Z");
        for x in [456, 502, 548] {
            c.oval(BRASS, [x, 316, 9, 9]);
        }
        c.shine(5, "M150 292H385");
    });
    c.ball(p.accent, [430, 452, 52, 48]);
    c.line("#3c7c4c", 8, "M430 404c0 -14 8 -22 18 -26");
    c.shine(7, "M398 440c4 -16 14 -22 26 -22");
}

pub(super) fn board(c: &mut Canvas) {
    let p = c.palette;
    c.turned(-8, [320, 320], |c| {
        c.block(WOOD, [190, 190, 260, 320, 34]);
        c.block(WOOD, [288, 104, 64, 110, 30]);
        c.oval(p.ground, [320, 140, 13, 13]);
        for (x, from, to) in
            [(226, 220, 400), (262, 300, 480), (306, 216, 340), (366, 250, 470), (410, 220, 360)]
        {
            c.line(WOOD_DARK, 4, &format!("M{x} {from}V{to}"));
        }
    });
    c.ball(p.accent, [250, 420, 54, 54]);
    c.ball(p.accent, [340, 446, 44, 44]);
    c.line("#3c7c4c", 9, "M250 372c2 -16 12 -24 24 -26M340 406c0 -12 8 -18 16 -20");
    c.shine(8, "M216 406c4 -14 12 -22 24 -24");
}

pub(super) fn teapot(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 180);
    c.line(p.main, 28, "M438 330C540 300 540 450 430 446");
    c.solid(p.main, 150, "M210 420C150 410 160 320 104 300L130 278C190 290 190 340 230 350Z");
    c.solid(p.main, 350, "M188 400C188 300 250 262 325 262S462 300 462 400C462 462 420 500 380 500H270C230 500 188 462 188 400Z");
    c.slab(p.pale, [248, 252, 154, 18, 9]);
    c.solid(p.main, 345, "M258 252C270 214 380 214 392 252Z");
    c.ball(p.accent, [325, 208, 18, 18]);
    c.line(p.pale, 8, "M200 372c26 26 42 26 62 0s42 -26 62 0s42 26 62 0s42 -26 64 0");
    c.shine(11, "M222 356c6 -28 24 -46 46 -58");
}

pub(super) fn bowl(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 150);
    for (x, y, r) in [(230, 300, 52), (300, 272, 58), (378, 276, 54), (428, 312, 44)] {
        c.ball(if x % 4 == 0 { "#5fa365" } else { "#86bd6d" }, [x, y, r, r]);
    }
    for (x, y) in [(262, 298), (338, 284), (402, 306)] {
        c.ball("#dd5a4a", [x, y, 24, 24]);
        c.shine(5, &format!("M{} {}c2 -6 6 -9 12 -9", x - 12, y - 4));
    }
    c.solid(p.main, 350, "M150 320H490C490 430 430 484 380 486H260C210 484 150 430 150 320Z");
    c.block(p.main, [252, 478, 136, 22, 8]);
    c.slab(p.pale, [142, 308, 356, 24, 12]);
    c.line(p.accent, 8, "M176 392C210 420 430 420 464 392");
    c.shine(10, "M186 352c4 30 14 48 28 66");
}

pub(super) fn jars(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 205);
    for (x, top, width, content, level) in
        [(140, 300, 120, "#d9b26a", 372), (262, 210, 136, p.accent, 300), (400, 330, 108, "#8a5a3c", 400)]
    {
        c.slab("#ffffff", [x, top, width, 500 - top, 22]);
        c.block(content, [x + 8, level, width - 16, 492 - level, 14]);
        c.glass(
            STEEL_DARK,
            18,
            &format!(
                "M{} {top}h{}v{}h-{}Z",
                x + width * 3 / 5,
                width * 2 / 5 - 14,
                492 - top,
                width * 2 / 5 - 14
            ),
        );
        c.block(WOOD, [x + 6, top - 34, width - 12, 42, 10]);
        c.slab(p.pale, [x + width / 4, 420, width / 2, 40, 6]);
        c.line(
            p.ink,
            4,
            &format!(
                "M{} 436h{}M{} 447h{}",
                x + width / 4 + 10,
                width / 2 - 20,
                x + width / 4 + 10,
                width / 4
            ),
        );
        c.shine(8, &format!("M{} {}V{}", x + 18, top + 24, level + 30));
    }
}

pub(super) fn moka(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 135);
    c.line(p.ink, 26, "M398 210H470V340");
    c.solid(STEEL, 330, "M250 340L222 196H402L390 340Z");
    c.flat(STEEL, "M222 196L188 178L226 232Z");
    c.flat(STEEL_DARK, "M286 340L276 196H330L326 340Z");
    c.block(p.main, [232, 336, 176, 34, 8]);
    c.solid(STEEL, 330, "M250 370H390L424 500H216Z");
    c.flat(STEEL_DARK, "M286 370H330L334 500H272Z");
    c.flat(p.main, "M222 196L312 158L402 196Z");
    c.ball(p.ink, [312, 148, 15, 15]);
    c.shine(8, "M250 222L262 316M256 392L240 476");
}
