# Heat map: one coloured cell a grid point, cells where nothing is known left white.
#   PALETTE  colours from low to high
#   BAR      width of the colour bar with its numbers and its name, in em
#   HEAT_TICKS  numbers of the colour bar
#   HEAT_LABEL  its name
#   $heat  matrix of pixels with their coordinates: the value, or NaN; one block a panel, two empty lines between blocks

set xrange [X_MIN:X_MAX]
set yrange [Y_MIN:Y_MAX]
eval 'set xtics ('.X_TICKS.'); set ytics ('.Y_TICKS.')'
set cbrange [HEAT_MIN:HEAT_MAX]
MARK_BOXED = 1
eval 'set palette defined ('.PALETTE.')'
if (HEAT_LOG) {
    set logscale cb
}
eval 'set cbtics ('.HEAT_TICKS.')'

set multiplot
eval frame
do for [p = 1:PANELS] {
    eval place
    X_LABEL = X_NAME[p]
    Y_LABEL = Y_NAME[p]
    eval labels
    eval caption
    # One colour bar, beside the last panel.
    if (p == PANELS) {
        set colorbox vertical user origin screen BAR_X, screen BOTTOM[PANELS] \
            size screen BAR_WIDTH, screen TOP[1] - BOTTOM[PANELS] noborder
        set label 7 HEAT_LABEL at screen bar_name_x(BAR), \
            screen (BOTTOM[PANELS] + TOP[1]) / 2 center rotate by 90 textcolor rgb INK
    } else {
        unset colorbox
    }
    eval mark_labels
    plot $heat nonuniform matrix index p-1 using 1:2:3 with image, @marks
    unset label
    unset object
}
unset multiplot
