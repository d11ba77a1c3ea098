//! Things to build with.

use super::canvas::Canvas;
use super::palette::{BRASS, STEEL, STEEL_DARK, WOOD, WOOD_DARK};

pub(super) fn hammer(c: &mut Canvas) {
    let p = c.palette;
    c.turned(38, [320, 320], |c| {
        c.solid(WOOD, 326, "M304 170H336L350 540a20 20 0 0 1 -20 20H310a20 20 0 0 1 -20 -20Z");
        c.slab(p.main, [293, 400, 56, 150, 18]);
        c.line(p.ink, 4, "M300 430H342M300 460H342M300 490H342M300 520H342");
        c.solid(STEEL_DARK, 330, "M220 128H380C430 128 460 150 484 196C440 176 420 196 380 196H220Z");
        c.block(STEEL, [176, 118, 62, 90, 10]);
        c.shine(8, "M250 142H376");
    });
}

pub(super) fn screwdriver(c: &mut Canvas) {
    let p = c.palette;
    c.turned(42, [320, 320], |c| {
        c.block(STEEL, [308, 270, 24, 230, 4]);
        c.flat(STEEL_DARK, "M308 490H332L326 540H314Z");
        c.block(p.main, [270, 70, 100, 180, 44]);
        c.line(p.ink, 5, "M300 100V226M320 94V230M340 100V226");
        c.block(p.accent, [284, 244, 72, 34, 10]);
        c.shine(9, "M284 120V200");
    });
}

pub(super) fn saw(c: &mut Canvas) {
    let p = c.palette;
    c.turned(-24, [320, 320], |c| {
        c.flat(STEEL, "M300 240L596 290V330L300 400Z");
        c.flat("#e6eaef", "M300 240L596 290V300L300 300Z");
        let teeth: String =
            (0..18).map(|tooth| format!("L{} {}l4 -14", 310 + tooth * 16, 402 - tooth * 4)).collect();
        c.flat(STEEL_DARK, &format!("M300 404{teeth}L596 330L300 390Z"));
        c.solid(p.main, 240, "M120 250C110 216 150 200 190 216L320 232V410L236 424C190 460 120 440 130 390Z");
        c.slab(p.sky, [176, 276, 70, 98, 34]);
        for (x, y) in [(290, 270), (290, 376)] {
            c.ball(BRASS, [x, y, 11, 11]);
        }
        c.shine(8, "M148 256c2 -10 12 -16 26 -14");
    });
}

pub(super) fn plane(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 240);
    c.block(STEEL_DARK, [86, 440, 468, 60, 12]);
    c.solid(WOOD, 470, "M430 446C420 360 470 330 446 262C500 262 530 300 500 352C490 390 516 420 508 446Z");
    c.ball(WOOD, [176, 360, 40, 38]);
    c.block(WOOD_DARK, [158, 388, 36, 54, 6]);
    c.flat(STEEL, "M250 446L340 282L392 310L318 446Z");
    c.ball(BRASS, [330, 380, 22, 22]);
    c.block(p.main, [110, 424, 420, 32, 12]);
    c.line("#e7cfa4", 12, "M270 440C220 400 240 340 280 350S300 400 268 392");
    c.shine(8, "M120 432H220");
}

pub(super) fn pliers(c: &mut Canvas) {
    let p = c.palette;
    c.turned(24, [320, 320], |c| {
        for flip in [false, true] {
            let half = |c: &mut Canvas| {
                c.line(p.main, 40, "M336 330C390 380 400 460 372 560");
                c.line(p.accent, 10, "M344 350C382 396 390 460 368 540");
                c.flat(STEEL_DARK, "M316 320L270 250C262 180 300 120 318 90V320Z");
                c.line(STEEL, 3, "M312 130h-14M312 150h-20M312 170h-24M312 190h-26");
            };
            if flip { c.mirrored(half) } else { half(c) }
        }
        c.ball(STEEL, [320, 306, 36, 36]);
        c.oval(STEEL_DARK, [320, 306, 12, 12]);
    });
}

pub(super) fn tape(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(300, 190);
    c.slab("#f3cf4f", [380, 470, 220, 26, 2]);
    for mark in 0..10 {
        let height = if mark % 5 == 0 { 16 } else { 9 };
        c.line(p.ink, 3, &format!("M{} 472v{height}", 410 + mark * 19));
    }
    c.slab(STEEL_DARK, [594, 462, 12, 42, 3]);
    c.solid(
        p.main,
        330,
        "M140 320C140 230 210 180 290 180S440 230 440 320V480a20 20 0 0 1 -20 20H160a20 20 0 0 1 -20 -20Z",
    );
    c.ball(p.pale, [290, 330, 98, 98]);
    c.oval(p.accent, [290, 330, 74, 74]);
    c.slab(p.pale, [246, 312, 88, 12, 4]);
    c.slab(p.pale, [262, 336, 56, 12, 4]);
    c.block(p.ink, [392, 210, 48, 66, 14]);
    c.shine(10, "M166 300c8 -44 36 -74 70 -86");
}

pub(super) fn toolbox(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 220);
    c.block(WOOD, [236, 176, 30, 140, 6]);
    c.block(STEEL, [350, 196, 16, 120, 4]);
    c.block(p.accent, [338, 140, 40, 86, 16]);
    c.line(p.ink, 20, "M230 300V236a20 20 0 0 1 20 -20H390a20 20 0 0 1 20 20V300");
    c.solid(p.main, 370, "M130 300H510L540 360H100Z");
    c.block(p.main, [100, 350, 440, 150, 16]);
    c.slab(p.ink, [100, 352, 440, 10, 0]);
    for x in [180, 410] {
        c.block(STEEL, [x, 338, 50, 50, 8]);
        c.slab(STEEL_DARK, [x + 12, 362, 26, 14, 4]);
    }
    c.slab(p.pale, [270, 410, 100, 44, 6]);
    c.line(p.ink, 5, "M288 426H352M288 440H330");
    c.shine(9, "M120 390V470");
}

pub(super) fn drill(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(330, 150);
    c.block(STEEL, [112, 232, 90, 18, 4]);
    c.flat(STEEL_DARK, "M112 232L84 241L112 250Z");
    c.solid(p.ink, 220, "M190 206H250V276H190L180 262V220Z");
    c.solid(p.main, 390, "M330 290H430L444 430H346Z");
    c.block(p.main, [244, 170, 246, 142, 44]);
    c.slab(p.accent, [300, 170, 26, 142, 0]);
    c.block(p.ink, [316, 424, 160, 76, 18]);
    c.slab(p.accent, [380, 450, 60, 20, 6]);
    c.flat(p.ink, "M318 312h28l-8 52c-18 -2 -26 -20 -20 -52Z");
    c.line(p.ink, 5, "M420 206H468M420 226H468M420 246H468");
    c.shine(9, "M264 208c4 -10 12 -16 24 -16");
}

pub(super) fn wrench(c: &mut Canvas) {
    let p = c.palette;
    c.turned(-40, [320, 320], |c| {
        c.block(STEEL, [190, 296, 320, 48, 20]);
        c.slab(p.main, [260, 304, 190, 32, 16]);
        c.flat(STEEL, "M120 250C160 222 220 240 236 290V350C220 400 160 418 120 390L172 352V288Z");
        c.flat(STEEL_DARK, "M172 352L120 390C160 418 220 400 236 350Z");
        c.ball(STEEL_DARK, [520, 320, 54, 54]);
        c.oval(p.sky, [520, 320, 26, 26]);
        c.shine(7, "M280 312H430");
    });
    c.ball(BRASS, [430, 470, 30, 28]);
    c.oval(p.ink, [430, 470, 12, 11]);
    c.ball(BRASS, [216, 190, 24, 23]);
    c.oval(p.ink, [216, 190, 10, 9]);
}
