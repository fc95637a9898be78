# Heat map: one coloured cell a grid point, cells that are not computed left white.
#   $heat  x y loss, one block a panel, two empty lines between blocks

set xrange [X_MIN-HALF_X:X_MAX+HALF_X]
set yrange [Y_MIN-HALF_Y:Y_MAX+HALF_Y]
set cbrange [HEAT_MIN:HEAT_MAX]
if (HEAT_LOG) {
    set logscale cb
    set format cb '10^{%T}'
}

set multiplot
eval frame
do for [p = 1:PANELS] {
    eval place
    eval labels
    eval caption
    # One colour bar, beside the last panel.
    if (p == PANELS) {
        set colorbox vertical user origin screen 1 - 6.2 * EM_X, screen BOTTOM[PANELS] \
            size screen 0.9 * EM_X, screen TOP[1] - BOTTOM[PANELS] noborder
        set label 7 LOSS_LABEL at screen 1 - 0.9 * EM_X, \
            screen (BOTTOM[PANELS] + TOP[1]) / 2 center rotate by 90 textcolor rgb INK
    } else {
        unset colorbox
    }
    plot $heat index p-1 using 1:2:3 with image pixels
    unset label
}
unset multiplot
