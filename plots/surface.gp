# Surfaces in one common scale of height and colour, lit from the upper left.
#   $surface x y height, an empty line behind each row, one block a panel, two empty lines between
# Heights are powers of ten if Z_TICS is not empty.

set xrange [X_MIN:X_MAX]
set yrange [Y_MIN:Y_MAX]
set zrange [Z_MIN:Z_MAX]
set cbrange [Z_MIN:Z_MAX]
set xyplane 0
set view 56, 34, 1.12, 1.05
set pm3d depthorder noborder lighting primary 0.45 specular 0.2
# PDF viewers show the paper between polygons that merely touch.
if (GPVAL_TERM eq 'pdfcairo') { set pm3d border retrace }

# The box without the three edges in front of the surface.
set border 15+16+32+64+256+512 linewidth 0.8 linecolor rgb '#8a8a8a'
SMALL = size(0.85)
set tics scale 0.5 font SMALL
set xtics offset 0, -0.3
set ytics offset 0.3, -0.3
set xlabel X_LABEL font SMALL textcolor rgb INK rotate parallel offset 0, -0.6
set ylabel Y_LABEL font SMALL textcolor rgb INK rotate parallel offset 0, -0.6
if (strlen(Z_TICS)) {
    eval 'set ztics ('.Z_TICS.')'
    eval 'set cbtics ('.Z_TICS.')'
}

set multiplot
eval frame
do for [p = 1:PANELS] {
    set origin LEFT[p], BOTTOM[p]
    set size RIGHT[p] - LEFT[p], TOP[p] - BOTTOM[p]
    eval caption
    # One colour bar, beside the last panel.
    if (p == PANELS) {
        set colorbox vertical user origin screen 1 - 5.4 * EM_X, screen 0.25 \
            size screen 0.9 * EM_X, screen 0.45 noborder
        set label 7 LOSS_LABEL at screen 1 - 0.9 * EM_X, screen 0.475 center rotate by 90 \
            font SMALL textcolor rgb INK
    } else {
        unset colorbox
    }
    splot $surface index p-1 using 1:2:3 with pm3d
    unset label
}
unset multiplot
