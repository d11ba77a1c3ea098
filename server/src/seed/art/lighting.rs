//! Lamps and the light they throw.

use super::canvas::Canvas;
use super::palette::{BRASS, GLOW, STEEL_DARK, WOOD, WOOD_DARK};

pub(super) fn table_lamp(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 130);
    c.glass(GLOW, 55, "M210 300L110 500H530L430 300Z");
    c.ball(p.accent, [320, 430, 66, 70]);
    c.block(BRASS, [308, 296, 24, 76, 4]);
    c.block(p.accent, [252, 480, 136, 20, 10]);
    c.solid(p.pale, 345, "M258 140H382L442 306H198Z");
    c.flat(p.main, "M208 278H432L442 306H198Z");
    c.flat(p.main, "M258 140H382L386 152H254Z");
    c.shine(12, "M276 410c4 -16 14 -26 26 -32");
}

pub(super) fn pendant(c: &mut Canvas) {
    let p = c.palette;
    c.line(p.ink, 7, "M320 0V190");
    c.glass(GLOW, 50, "M160 362L70 600H570L480 362Z");
    c.ball(GLOW, [320, 366, 46, 42]);
    c.solid(p.main, 350, "M150 366C150 250 230 200 320 200S490 250 490 366Z");
    c.block(BRASS, [290, 168, 60, 38, 10]);
    c.slab(BRASS, [146, 358, 348, 12, 6]);
    c.shine(12, "M186 330c8 -48 36 -76 68 -90");
}

pub(super) fn floor_lamp(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(318, 140);
    c.glass(GLOW, 45, "M228 236L150 500H490L412 236Z");
    c.line(WOOD, 15, "M320 232L216 496");
    c.line(WOOD_DARK, 15, "M320 232L424 496");
    c.line(WOOD, 15, "M320 232V498");
    c.line(BRASS, 7, "M268 372H372");
    c.solid(p.main, 345, "M250 88H390L424 246H216Z");
    c.flat(p.pale, "M221 222H419L424 246H216Z");
    c.shine(10, "M262 122L248 196");
}

pub(super) fn desk_lamp(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(300, 160);
    c.glass(GLOW, 55, "M392 268L330 500H590L512 300Z");
    c.line(p.ink, 15, "M230 480L180 320L350 190");
    c.ball(BRASS, [180, 320, 20, 20]);
    c.ball(BRASS, [350, 190, 18, 18]);
    c.solid(p.main, 320, "M150 500C150 470 190 462 230 462S310 470 310 500Z");
    c.turned(28, [400, 220], |c| {
        c.oval(GLOW, [430, 290, 40, 26]);
        c.solid(p.main, 440, "M386 160H448L506 290H350Z");
        c.block(p.main, [388, 140, 58, 32, 12]);
        c.shine(9, "M398 188L376 258");
    });
}

pub(super) fn lantern(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 140);
    c.line(p.ink, 10, "M250 190C250 80 390 80 390 190");
    c.glass(GLOW, 85, "M228 250H412V460H228Z");
    c.block(p.pale, [288, 360, 64, 100, 10]);
    c.flat("#f2a03d", "M320 282c30 34 28 66 0 70c-28 -4 -30 -36 0 -70Z");
    c.flat("#fff3c4", "M320 312c12 16 12 32 0 36c-12 -4 -12 -20 0 -36Z");
    for x in [222, 316, 404] {
        c.slab(p.main, [x, 244, 12, 222, 2]);
    }
    c.solid(p.main, 345, "M250 184H390L430 250H210Z");
    c.block(p.main, [200, 460, 240, 40, 10]);
    c.shine(9, "M262 202L244 232");
}

pub(super) fn string_lights(c: &mut Canvas) {
    let p = c.palette;
    for (y, sag, shift) in [(120, 130, 0), (270, 120, 1), (410, 110, 0)] {
        c.line(p.ink, 6, &format!("M-10 {y}Q320 {} 650 {y}", y + sag));
        for step in 0..6 {
            let x = 60 + step * 104 + shift * 26;
            // The height of the quadratic curve at x, in whole pixels.
            let along = (x + 10) * 100 / 660;
            let drop = 2 * sag * along * (100 - along) / 10_000;
            let colour = [GLOW, p.accent, p.main][usize::from(c.roll(3))];
            c.oval(GLOW, [x, y + drop + 48, 40, 42]);
            c.block(p.ink, [x - 9, y + drop, 18, 24, 4]);
            c.ball(colour, [x, y + drop + 48, 23, 28]);
            c.shine(5, &format!("M{} {}c1 -8 4 -12 9 -14", x - 12, y + drop + 46));
        }
    }
}

pub(super) fn candle(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 150);
    c.oval(GLOW, [320, 232, 84, 100]);
    c.flat("#f2a03d", "M320 140c50 62 44 114 0 120c-44 -6 -50 -58 0 -120Z");
    c.flat("#fff3c4", "M320 196c20 28 18 54 0 58c-18 -4 -20 -30 0 -58Z");
    c.line(p.ink, 6, "M320 246V282");
    c.block(p.main, [210, 276, 220, 224, 26]);
    c.oval(p.pale, [320, 284, 104, 18]);
    c.slab(p.pale, [246, 356, 148, 92, 8]);
    c.line(p.ink, 5, "M276 388H364M290 410H350");
    c.shine(11, "M230 330V440");
}

pub(super) fn globe_lamp(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 120);
    c.oval(GLOW, [320, 262, 176, 176]);
    c.ball("#fff6d8", [320, 262, 138, 138]);
    c.block(BRASS, [278, 388, 84, 26, 8]);
    c.solid(p.main, 340, "M270 414H370L402 500H238Z");
    c.shine(14, "M216 250c4 -48 34 -78 66 -88");
    c.glass(STEEL_DARK, 20, "M238 490H402V500H238Z");
}
