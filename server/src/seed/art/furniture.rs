//! Things to sit on and put things on.

use super::canvas::Canvas;
use super::palette::{BRASS, LEAF, LEAF_DARK, WOOD, WOOD_DARK};

pub(super) fn lounge_chair(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 190);
    c.line(WOOD_DARK, 16, "M212 430L186 498M428 430L456 498");
    c.line(WOOD, 16, "M240 430L228 498M400 430L414 498");
    c.solid(p.main, 345, "M206 150C206 120 240 108 320 108S434 120 434 150L446 330H194Z");
    c.line(p.ink, 3, "M320 120V326");
    c.block(p.main, [186, 322, 268, 74, 26]);
    c.block(p.main, [196, 384, 248, 54, 18]);
    c.line(WOOD, 22, "M176 300H160V430M464 300H480V430");
    c.line(WOOD_DARK, 14, "M160 430H480");
    c.shine(10, "M230 160L222 290");
}

pub(super) fn dining_chair(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 150);
    c.line(WOOD_DARK, 15, "M258 340L248 496M386 340L398 496");
    c.line(WOOD, 17, "M236 112L246 350L222 498M404 112L394 350L418 498");
    for y in [136, 190, 244] {
        c.block(WOOD, [236, y, 168, 28, 12]);
    }
    c.solid(p.main, 345, "M232 326H408L436 376a12 12 0 0 1 -12 14H216a12 12 0 0 1 -12 -14Z");
    c.line(WOOD_DARK, 9, "M236 440H404");
    c.shine(8, "M244 344L230 368");
}

pub(super) fn stool(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 150);
    c.line(WOOD_DARK, 17, "M276 240L262 490M364 240L378 490");
    c.line(WOOD, 19, "M236 240L190 498M404 240L450 498");
    c.line(BRASS, 9, "M210 400H430");
    c.block(WOOD, [192, 214, 256, 30, 12]);
    c.solid(p.main, 345, "M196 216C196 170 240 158 320 158S444 170 444 216Z");
    c.shine(10, "M222 200c8 -14 22 -20 40 -22");
}

pub(super) fn side_table(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 170);
    c.line(WOOD_DARK, 15, "M320 330V470");
    c.line(WOOD, 18, "M226 330L196 498M414 330L444 498");
    c.block(WOOD, [160, 296, 320, 38, 16]);
    c.line(WOOD_DARK, 3, "M190 310H320M250 322H440");
    c.block(p.accent, [186, 272, 120, 24, 4]);
    c.block(p.main, [194, 250, 104, 22, 4]);
    c.solid(p.main, 405, "M362 296V236a24 24 0 0 1 24 -24h10a24 24 0 0 1 24 24V296Z");
    for (turn, colour) in [(-30, LEAF_DARK), (0, LEAF), (28, LEAF_DARK)] {
        c.turned(turn, [391, 214], |c| c.flat(colour, "M391 214c-26 -30 -20 -80 0 -100c20 20 26 70 0 100Z"));
    }
}

pub(super) fn bookshelf(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 170);
    c.block(WOOD, [176, 100, 288, 400, 10]);
    for y in [118, 244, 370] {
        c.slab(WOOD_DARK, [194, y, 252, 112, 4]);
    }
    for (y, from) in [(118, 202), (244, 262), (370, 202)] {
        let mut x = from;
        for _ in 0..6 {
            let (width, height) = (20 + i32::from(c.roll(4)) * 5, 66 + i32::from(c.roll(5)) * 8);
            let colour = [p.main, p.accent, p.pale, p.ground, p.ink][usize::from(c.roll(5))];
            c.block(colour, [x, y + 112 - height, width, height, 2]);
            x += width + 2;
        }
    }
    c.ball(p.accent, [226, 324, 24, 32]);
    c.ball(p.pale, [412, 458, 22, 24]);
}

pub(super) fn bench(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 220);
    c.line(WOOD_DARK, 20, "M170 360L156 496M470 360L484 496");
    c.line(WOOD, 12, "M164 440H476");
    c.block(WOOD, [110, 326, 420, 44, 14]);
    c.block(p.main, [120, 290, 400, 44, 20]);
    c.turned(-12, [210, 240], |c| c.block(p.accent, [150, 180, 116, 112, 24]));
    c.turned(8, [300, 250], |c| c.block(p.pale, [252, 196, 100, 98, 22]));
    c.line(p.ink, 3, "M220 292V332M320 292V332M420 292V332");
}

pub(super) fn desk(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 225);
    c.line(WOOD_DARK, 18, "M136 320L122 496M504 320L518 496");
    c.block(p.main, [376, 318, 130, 100, 8]);
    c.line(p.pale, 6, "M424 346H458M424 390H458");
    c.line(p.ink, 3, "M384 368H498");
    c.block(WOOD, [96, 290, 448, 34, 10]);
    c.block(p.ink, [176, 170, 172, 106, 8]);
    c.slab(p.ground, [186, 180, 152, 86, 4]);
    c.block(p.ink, [246, 270, 32, 20, 2]);
    c.solid(p.accent, 446, "M410 236H470L462 290H418Z");
    c.line(p.ink, 6, "M426 236L420 190M440 236V182M452 236L462 196");
}

pub(super) fn sofa(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 240);
    c.line(WOOD_DARK, 17, "M140 470L130 498M500 470L510 498");
    c.block(p.main, [120, 236, 400, 180, 44]);
    c.line(p.ink, 3, "M320 250V350");
    c.block(p.main, [136, 346, 184, 72, 22]);
    c.block(p.main, [320, 346, 184, 72, 22]);
    c.block(p.main, [84, 300, 82, 172, 36]);
    c.block(p.main, [474, 300, 82, 172, 36]);
    c.block(p.main, [130, 412, 380, 62, 16]);
    c.turned(-14, [220, 320], |c| c.block(p.accent, [172, 268, 96, 92, 20]));
    c.turned(10, [430, 320], |c| c.block(p.pale, [390, 274, 88, 86, 18]));
    c.shine(9, "M106 340c4 -12 10 -18 20 -20");
}

pub(super) fn mirror(c: &mut Canvas) {
    let p = c.palette;
    c.block(WOOD, [180, 70, 280, 410, 140]);
    c.slab("#dfe9ee", [200, 90, 240, 370, 120]);
    c.glass("#ffffff", 60, "M224 330L400 150L424 180L230 380Z");
    c.glass("#ffffff", 45, "M240 410L432 220L436 250L262 430Z");
    c.shadow(320, 200);
    c.block(p.main, [130, 476, 380, 26, 8]);
    c.solid(p.accent, 448, "M408 476V430a20 20 0 0 1 20 -20h28a20 20 0 0 1 20 20V476Z");
    for (turn, colour) in [(-26, LEAF_DARK), (4, LEAF), (30, LEAF_DARK)] {
        c.turned(turn, [442, 412], |c| c.flat(colour, "M442 412c-24 -30 -18 -74 0 -92c18 18 24 62 0 92Z"));
    }
}
