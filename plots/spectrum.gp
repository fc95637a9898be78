# Densities of eigenvalues, on a logarithmic scale.
#   $density  eigenvalue, density; one block a spectrum, two empty lines between blocks

set xrange [X_MIN:X_MAX]
set yrange [DENSITY_MIN:DENSITY_MAX]
X_LABEL = 'eigenvalue of the Hessian'
Y_LABEL = 'density'
set border 3
set logscale y
set format x '%g'
set format y '10^{%T}'
set grid ytics linetype 1 linecolor rgb '#dddddd' linewidth 0.8
set ytics POWERS
unset mytics

# Solid and dashed in turn, for print without colours.
array DASH[6] = [1, 2, 1, 2, 1, 2]
set dashtype 2 (12,4)

set multiplot
eval frame
p = 1
eval place
eval labels
set key at screen (LEFT[p] + RIGHT[p]) / 2, screen BOTTOM[p] - 4.2 * EM_Y center top \
    samplen 3 spacing KEY_SPACING font KEY_FONT Left reverse
plot for [r = 1:SPECTRA] $density index r-1 using 1:2 with lines linetype r dashtype DASH[r] \
    title SPECTRUM[r]
unset multiplot
