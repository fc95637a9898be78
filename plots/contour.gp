# Contour plot: bands of light colour between labelled lines, networks and the minimum marked, and a bar
# that tells the levels.
#   BAR      width of the bar with the names of its levels and its own, in em
#   BANDS, BAND_COLOR, LINE_COLOR, LEVEL   colours of the bands and of the lines between them, their text
#   $bands   matrix of pixels with their coordinates: number of the band, -1 where nothing is known
#   $lines   x y colour, an empty line between two lines
#   $labels  x y angle text, in gaps of the lines
# the datablocks with one block a panel, two empty lines between blocks.

set xrange [X_MIN:X_MAX]
set yrange [Y_MIN:Y_MAX]
eval 'set xtics ('.X_TICKS.'); set ytics ('.Y_TICKS.')'
set cbrange [-1:BANDS]
palette = "-1 '#ffffff'"
do for [b = 0:BANDS] { palette = palette.sprintf(", %d '#%06x'", b, BAND_COLOR[b+1]) }
eval 'set palette defined ('.palette.')'
unset colorbox

# The bar right of all panels, as high as they are but for a very high figure. Levels are named as often
# as there is room, the highest always.
bar_middle = (BOTTOM[PANELS] + TOP[1]) / 2
bar_height = TOP[1] - BOTTOM[PANELS]
bar_height = bar_height > 26 * EM_Y ? 26 * EM_Y : bar_height
bar_y(b) = bar_middle + bar_height * (b / (BANDS + 1.0) - 0.5)
every = ceil(1.3 * EM_Y * (BANDS + 1) / bar_height)
do for [b = 0:BANDS] {
    set object 100 + b rectangle from screen BAR_X, screen bar_y(b) \
        to screen BAR_X + BAR_WIDTH, screen bar_y(b + 1) fillstyle solid noborder \
        fillcolor rgb BAND_COLOR[b+1]
}
do for [b = 1:BANDS] {
    set arrow 100 + b from screen BAR_X, screen bar_y(b) to screen BAR_X + BAR_WIDTH, screen bar_y(b) \
        nohead linewidth 1.7 linecolor rgb LINE_COLOR[b]
    if ((BANDS - b) % every == 0) {
        set label 100 + b LEVEL[b] at screen BAR_X + BAR_WIDTH + 0.4 * EM_X, screen bar_y(b) left \
            font size(0.85) textcolor rgb INK
    }
}
set label 99 LOSS_LABEL at screen bar_name_x(BAR), screen bar_middle center rotate by 90 \
    textcolor rgb INK

set multiplot
eval frame
do for [p = 1:PANELS] {
    eval place
    X_LABEL = X_NAME[p]
    Y_LABEL = Y_NAME[p]
    eval labels
    eval caption
    eval mark_labels
    plot $bands nonuniform matrix index p-1 using 1:2:3 with image, \
         $lines index p-1 using 1:2:3 with lines linewidth 1.7 linecolor rgb variable, \
         $labels index p-1 using 1:2:4:3 with labels rotate variable font size(0.8) \
             textcolor rgb INK, \
         @marks
    unset label
    unset object
    unset arrow
}
unset multiplot
