# Loss (left axis, solid) and accuracy (right axis, dashed) along a direction.
#   $curves  x, loss, accuracy, one block a curve, two empty lines between blocks
#   $bands   x, lower and upper edge of the loss's confidence band; the same blocks
#   NETWORK[n]      name of a network, NETWORK_X[n] where it is on the axis, NETWORK_AT[n] the middle of
#                   its name in parts of the figure, NETWORK_UP[n] how many em above the axes,
#                   NETWORK_CURVE[n] its curve, or 0
#   ACCURACY  whether any is known: without, there is no right axis
# One curve is drawn in a colour for each axis, several in a colour for each curve.

p = 1
label_right = "set label 7 Y2_LABEL at screen RIGHT[1] + 4.2 * EM_X, "
label_right = label_right."screen (BOTTOM[1] + TOP[1]) / 2 center rotate by 90 "
label_right = label_right."textcolor rgb Y2_COLOR"
eval place
eval frame
set xrange [X_MIN:X_MAX]
set yrange [LOSS_MIN:LOSS_MAX]
set y2range [0:100]
eval 'set xtics ('.X_TICKS.')'
set border ACCURACY ? 11 : 3
if (ACCURACY) { set y2tics nomirror }
Y_LABEL = LOSS_LABEL
Y2_LABEL = 'accuracy (%)'
Y2_COLOR = INK
if (LOSS_LOG) { set logscale y }
eval 'set ytics ('.LOSS_TICKS.')'

# A thin line through each network, to its name above the axes.
ABOVE = NETWORKS_EM
do for [n = 1:NETWORKS] {
    set arrow n from first NETWORK_X[n], graph 0 to first NETWORK_X[n], graph 1 nohead back \
        linewidth 1.2 linecolor rgb '#a0a0a0'
    set arrow 100 + n from first NETWORK_X[n], graph 1 to screen NETWORK_AT[n], screen TOP[1] + 0.7 * EM_Y \
        nohead back linewidth 1.2 linecolor rgb '#a0a0a0'
    eval sprintf("set label %d NETWORK[%d] at screen NETWORK_AT[%d], screen TOP[1] + ", 100 + n, n, n). \
         sprintf("NETWORK_UP[%d] * EM_Y center font size(NETWORK_SIZE) textcolor ", n). \
         (CURVES > 1 && NETWORK_CURVE[n] ? sprintf("linetype %d", NETWORK_CURVE[n]) : 'rgb INK')
}

set style fill transparent solid 0.2 noborder
set key at screen (LEFT[1] + RIGHT[1]) / 2, screen BOTTOM[1] - 4.2 * EM_Y center top \
    samplen 3 spacing KEY_SPACING font KEY_FONT Left reverse

if (CURVES == 1) {
    eval caption
    set key horizontal maxrows 1
    set ytics textcolor rgb '#0072b2'
    if (ACCURACY) {
        set y2tics textcolor rgb '#a84a00'
    } else {
        unset key
    }
    Y_COLOR = '#0072b2'
    Y2_COLOR = '#a84a00'
    eval labels
    if (ACCURACY) { eval label_right }
    plot $bands using 1:2:3 with filledcurves fillcolor rgb '#0072b2' notitle, \
         $curves using 1:3 axes x1y2 with lines linewidth 3 dashtype (10,5) \
             linecolor rgb '#d55e00' title 'accuracy', \
         $curves using 1:2 with lines linewidth 3 linecolor rgb '#0072b2' title 'loss'
} else {
    Y_LABEL = LOSS_LABEL.(ACCURACY ? ' (solid)' : '')
    Y2_LABEL = 'accuracy in % (dashed)'
    eval labels
    if (ACCURACY) { eval label_right }
    plot for [c = 1:CURVES] $bands index c-1 using 1:2:3 with filledcurves linetype c notitle, \
         for [c = 1:CURVES] $curves index c-1 using 1:3 axes x1y2 with lines linetype c \
             linewidth 1.8 dashtype (10,5) notitle, \
         for [c = 1:CURVES] $curves index c-1 using 1:2 with lines linetype c title CURVE[c]
}
