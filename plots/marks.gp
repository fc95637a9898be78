# Marks of the networks in a plane and of the minimum, with their labels, and the trail of a training.
#   $trail   x y of a point, 1 if it is a checkpoint, an empty line where the trail is interrupted; one
#            block a panel
#   $marks   x y of a mark, 1 if it is a network, 0 if the minimum; one block a panel
#   MARK_FIRST[p] number of panel p's first mark; MARK_X, MARK_Y, MARK_WIDTH, MARK_HEIGHT, MARK_TEXT,
#            MARK_COLOR their labels
#   MARK_BOXED  whether labels lie on white
# mark_labels, for `eval`, sets panel p's labels, and @marks is a part of its plot command.

DIAMOND = GPVAL_TERM eq 'svg' ? 0.9 * MARK : 1.3 * MARK
MARK_BOXED = 0

mark_labels = 'do for [m = MARK_FIRST[p]:MARK_FIRST[p+1]-1] { eval mark_label(m) }'
mark_label(m) = (MARK_BOXED ? mark_box(m) : '').sprintf("set label %d MARK_TEXT[%d] ", 200 + m, m). \
    sprintf("at MARK_X[%d], MARK_Y[%d] center front font size(0.85) textcolor rgb MARK_COLOR[%d]", m, m, m)
# gnuplot's own boxes around text have no margins in SVG.
mark_box(m) = sprintf("set object %d rectangle center MARK_X[%d], MARK_Y[%d] ", 200 + m, m, m). \
    sprintf("size MARK_WIDTH[%d], MARK_HEIGHT[%d] front fillstyle solid noborder ", m, m). \
    "fillcolor rgb '#ffffff'; "
trail = "$trail index p-1 using 1:2 with lines linewidth 4.8 linecolor rgb '#ffffff', \
$trail index p-1 using 1:2 with lines linewidth 2.2 linecolor rgb '#1a1a1a', \
$trail index p-1 using 1:($3 == 1 ? $2 : NaN) with points pointsize 0.62 * MARK pointtype 7 \
linecolor rgb '#ffffff', \
$trail index p-1 using 1:($3 == 1 ? $2 : NaN) with points pointsize 0.45 * MARK pointtype 7 \
linecolor rgb '#1a1a1a', "
marks = trail."$marks index p-1 using 1:2:($3 == 1 ? 1.4 * DIAMOND : 1.1 * MARK):($3 == 1 ? 13 : 7) \
with points pointsize variable pointtype variable linecolor rgb '#ffffff', \
$marks index p-1 using 1:2:($3 == 1 ? DIAMOND : 0.8 * MARK):($3 == 1 ? 13 : 7): \
($3 == 1 ? 0x1a1a1a : 0xc8102e) with points pointsize variable pointtype variable linecolor rgb variable"
