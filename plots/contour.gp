# Contour plot: bands of light colour, labelled lines between them, the minimum marked.
#   $bands   matrix of pixels: number of the band, -1 where nothing is computed
#   $lines   x y colour, an empty line between two lines
#   $labels  x y angle text, in gaps of the lines
#   $minimum x y of the lowest grid point, x y of its label, text
# each with one block a panel, two empty lines between blocks.

set xrange [X_MIN:X_MAX]
set yrange [Y_MIN:Y_MAX]
set cbrange [-1:BANDS]
eval 'set palette defined ('.BAND_PALETTE.')'
unset colorbox

set multiplot
eval frame
do for [p = 1:PANELS] {
    eval place
    eval labels
    eval caption
    em = EM_X * (X_MAX - X_MIN) / (RIGHT[p] - LEFT[p])
    plot $bands matrix index p-1 \
             using (BAND_X[p] + $1 * BAND_DX[p]):(BAND_Y[p] + $2 * BAND_DY[p]):3 with image, \
         $lines index p-1 using 1:2:3 with lines linewidth 1.7 linecolor rgb variable, \
         $labels index p-1 using 1:2:4:3 with labels rotate variable font size(0.8) \
             textcolor rgb INK, \
         $minimum index p-1 using 1:2:(0.26 * em) with circles fillstyle solid noborder \
             fillcolor rgb '#ffffff', \
         $minimum index p-1 using 1:2:(0.19 * em) with circles fillstyle solid noborder \
             fillcolor rgb '#c8102e', \
         $minimum index p-1 using 3:4:5 with labels font size(0.85) textcolor rgb '#a00d25'
    unset label
}
unset multiplot
