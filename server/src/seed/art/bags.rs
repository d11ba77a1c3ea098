//! Bags of all sizes.

use super::canvas::Canvas;
use super::palette::{BRASS, STEEL, STEEL_DARK, WOOD_DARK};

pub(super) fn backpack(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 160);
    c.line(p.ink, 18, "M276 150C276 96 364 96 364 150");
    c.line(p.ink, 26, "M204 260C166 320 168 420 200 470M436 260C474 320 472 420 440 470");
    c.solid(
        p.main,
        345,
        "M200 260C200 170 250 136 320 136S440 170 440 260V460a40 40 0 0 1 -40 40H240a40 40 0 0 1 -40 -40Z",
    );
    c.solid(p.accent, 345, "M206 262C206 190 260 164 320 164S434 190 434 262C400 292 240 292 206 262Z");
    c.block(p.main, [232, 340, 176, 128, 22]);
    c.line(p.ink, 5, "M246 378H394");
    for x in [268, 360] {
        c.slab(WOOD_DARK, [x, 250, 16, 70, 6]);
        c.slab(BRASS, [x - 4, 300, 24, 18, 4]);
    }
    c.shine(10, "M220 320V430");
}

pub(super) fn tote(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 170);
    c.line(p.accent, 18, "M250 270C250 90 390 90 390 270");
    c.solid(p.ground, 345, "M176 240H464L446 486a14 14 0 0 1 -14 14H208a14 14 0 0 1 -14 -14Z");
    c.flat(p.main, "M183 340H457L446 486a14 14 0 0 1 -14 14H208a14 14 0 0 1 -14 -14Z");
    c.glass(p.ink, 13, "M345 340H457L446 486a14 14 0 0 1 -14 14H345Z");
    c.ball(p.accent, [320, 340, 50, 50]);
    c.line(p.accent, 18, "M238 262C238 150 402 150 402 262");
    c.line(p.ink, 3, "M180 256H460");
}

pub(super) fn messenger(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 190);
    c.line(p.ink, 20, "M170 300C190 60 450 60 470 300");
    c.block(p.main, [146, 250, 348, 250, 28]);
    c.solid(p.main, 350, "M140 240H500V360C500 404 440 420 320 420S140 404 140 360Z");
    c.line(p.pale, 3, "M156 360C160 396 240 406 320 406S480 396 484 360");
    for x in [222, 394] {
        c.slab(p.accent, [x, 330, 24, 110, 6]);
        c.slab(BRASS, [x - 6, 404, 36, 26, 6]);
    }
    c.shine(10, "M164 262V330");
}

pub(super) fn duffel(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 220);
    c.line(p.accent, 18, "M230 320C230 190 410 190 410 320");
    c.solid(p.main, 370, "M110 380C110 300 160 270 220 270H420C480 270 530 300 530 380V440C530 480 500 500 470 500H170C140 500 110 480 110 440Z");
    c.slab(p.accent, [214, 270, 26, 230, 0]);
    c.slab(p.accent, [400, 270, 26, 230, 0]);
    c.line(p.ink, 5, "M250 288H390");
    c.slab(BRASS, [300, 278, 40, 20, 6]);
    c.line(p.accent, 18, "M228 400C240 270 400 270 412 400");
    c.block(p.pale, [286, 400, 68, 48, 6]);
    c.shine(10, "M138 360c4 -24 16 -40 36 -50");
}

pub(super) fn suitcase(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 160);
    c.line(STEEL_DARK, 12, "M274 160V76H366V160");
    c.slab(p.ink, [262, 66, 116, 24, 12]);
    c.oval(p.ink, [232, 490, 20, 16]);
    c.oval(p.ink, [408, 490, 20, 16]);
    c.block(p.main, [190, 152, 260, 332, 34]);
    for x in [240, 290, 340, 390] {
        c.line(p.ink, 3, &format!("M{x} 180V456"));
    }
    c.slab(p.accent, [190, 300, 260, 30, 0]);
    c.slab(STEEL, [298, 292, 44, 46, 8]);
    c.shine(11, "M214 200V280");
}

pub(super) fn pouch(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 200);
    c.solid(p.main, 360, "M140 270H500L520 460a36 36 0 0 1 -36 40H156a36 36 0 0 1 -36 -40Z");
    c.flat(p.accent, "M128 384H512L520 460a36 36 0 0 1 -36 40H156a36 36 0 0 1 -36 -40Z");
    c.glass(p.ink, 13, "M360 384H512L520 460a36 36 0 0 1 -36 40H360Z");
    c.slab(p.ink, [136, 258, 368, 26, 13]);
    c.line(BRASS, 4, "M156 271H484");
    c.slab(BRASS, [470, 256, 34, 30, 8]);
    c.line(p.ink, 10, "M500 282l26 44");
    c.shine(10, "M160 306L152 364");
}

pub(super) fn crossbody(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 150);
    c.line(BRASS, 9, "M200 310C180 40 460 40 440 310");
    c.solid(p.main, 350, "M180 300H460V380C460 450 400 500 320 500S180 450 180 380Z");
    c.solid(p.accent, 350, "M172 280H468V320C468 390 400 420 320 420S172 390 172 320Z");
    c.ball(BRASS, [320, 404, 22, 22]);
    c.line(p.pale, 3, "M188 320C190 380 256 404 320 404S450 380 452 320");
    c.shine(9, "M192 298V330");
}

pub(super) fn sling(c: &mut Canvas) {
    let p = c.palette;
    c.turned(-18, [320, 330], |c| {
        c.line(p.ink, 22, "M180 320C120 120 520 120 460 320");
        c.block(p.main, [140, 270, 360, 190, 80]);
        c.line(p.accent, 8, "M190 330H450");
        c.slab(BRASS, [430, 318, 34, 24, 6]);
        c.block(p.main, [210, 360, 220, 76, 26]);
        c.line(p.pale, 4, "M232 384H408");
        c.shine(10, "M170 340c2 -22 14 -36 34 -42");
    });
}

pub(super) fn wallet(c: &mut Canvas) {
    let p = c.palette;
    c.shadow(320, 190);
    c.turned(-10, [320, 240], |c| {
        c.block(p.accent, [180, 190, 240, 150, 14]);
        c.slab(p.pale, [200, 220, 60, 40, 6]);
        c.block(p.pale, [220, 220, 240, 150, 14]);
        c.line(p.ink, 5, "M250 250H350");
    });
    c.block(p.main, [130, 290, 380, 210, 30]);
    c.line(p.pale, 3, "M150 312H490M150 478H490");
    c.solid(p.main, 460, "M400 350H530V430H400a40 40 0 0 1 0 -80Z");
    c.ball(BRASS, [420, 390, 16, 16]);
    c.shine(10, "M152 340V440");
}
