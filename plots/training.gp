# Training curves.
#   $log  epoch, training error, test error in percent; one block a run, two empty lines between blocks
# One run: both errors in one panel. Several: training error left, test error right, one scale.

set xrange [EPOCH_MIN:EPOCH_MAX]
set yrange [ERROR_MIN:ERROR_MAX]
X_LABEL = 'epoch'
Y_LABEL = 'error (%)'
set border 3
set grid ytics linetype 1 linecolor rgb '#dddddd' linewidth 0.8
if (ERROR_LOG) {
    set logscale y
    eval 'set ytics ('.ERROR_TICKS.')'
}

# Every run has its own colour and its own mark, ten times along the curve.
array SHAPE[6] = [7, 5, 9, 13, 11, 15]
EVERY = ceil((EPOCH_MAX - EPOCH_MIN) / 10.0)

# A single epoch makes no line.
TRAINING = ROWS == 1 ? 'linespoints pointtype 6 pointsize 1.5 * MARK' : 'lines'
TEST = ROWS == 1 ? 'linespoints pointtype 7 pointsize 1.5 * MARK' : 'lines'

# One legend below all panels.
set key at screen 0.5, screen BOTTOM[1] - 4.2 * EM_Y center top \
    samplen 3 spacing KEY_SPACING font KEY_FONT Left reverse

set multiplot
eval frame
do for [p = 1:PANELS] {
    eval place
    eval labels
    if (p > 1) { unset key }
    if (RUNS == 1) {
        set key horizontal maxrows 1
        plot $log using 1:2 with @TRAINING linetype 1 linewidth 2.2 dashtype (8,4) \
                 title 'training error', \
             $log using 1:3 with @TEST linetype 1 linewidth 3.2 title 'test error'
    } else {
        eval caption
        plot for [r = 1:RUNS] $log index r-1 using 1:p+1 with linespoints \
             linetype r pointtype SHAPE[r] pointsize MARK pointinterval EVERY title RUN[r]
    }
    unset label
}
unset multiplot
