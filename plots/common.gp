# What all figures share. The program writes before this: the terminal, POINT (the size of ordinary
# text), PANELS and where they are (LEFT, RIGHT, BOTTOM, TOP, in parts of the figure), EM_X and
# EM_Y (the height of ordinary text in the same parts), Y_LABEL_AT (how many em left of its panel an axis
# is named), the texts, and the data.

# A font of so many em.
size(em) = sprintf(',%.2f', em * POINT)

# The place of panel p's axes, their labels, what stands above panel p, and what stands above and below
# all panels: each for `eval`.
place = 'set lmargin at screen LEFT[p]; set rmargin at screen RIGHT[p]; '. \
        'set bmargin at screen BOTTOM[p]; set tmargin at screen TOP[p]'
labels = "set label 5 X_LABEL at screen (LEFT[p] + RIGHT[p]) / 2, screen BOTTOM[p] - 3.1 * EM_Y "
labels = labels."center textcolor rgb INK; set label 6 Y_LABEL at screen LEFT[p] - Y_LABEL_AT * EM_X, "
labels = labels."screen (BOTTOM[p] + TOP[p]) / 2 center rotate by 90 textcolor rgb Y_COLOR"
name_at(p) = TOP[p] + (ABOVE + (strlen(DETAIL[p]) ? 2.5 : 1.4)) * EM_Y
caption = "set label 1 '{/:Bold '.NAME[p].'}' at screen (LEFT[p] + RIGHT[p]) / 2, "
caption = caption."screen name_at(p) center font size(NAME_SIZE) textcolor rgb INK; "
caption = caption."set label 2 DETAIL[p] at screen (LEFT[p] + RIGHT[p]) / 2, "
caption = caption."screen TOP[p] + (ABOVE + 1.1) * EM_Y center font size(DETAIL_SIZE) textcolor rgb GREY"
frame = "set label 3 '{/:Bold '.TITLE.'}' at screen 0.5, screen 1 - 1.5 * EM_Y center "
frame = frame."font size(TITLE_SIZE) textcolor rgb INK; "
frame = frame."set label 4 NOTE at screen 0.5, screen 1.1 * EM_Y center font size(NOTE_SIZE) "
frame = frame."textcolor rgb GREY"

# Right of the last panel there is a colour bar BAR em wide, with its numbers, and its name.
RIGHT_END = RIGHT[1]
do for [p = 2:PANELS] { RIGHT_END = RIGHT[p] > RIGHT_END ? RIGHT[p] : RIGHT_END }
BAR_X = RIGHT_END + 1.8 * EM_X
BAR_WIDTH = 0.9 * EM_X
bar_name_x(em) = RIGHT_END + (em + 0.5) * EM_X

# The size of a mark on a curve: SVG's grow with the font, the other terminals' do not.
MARK = GPVAL_TERM eq 'svg' ? 0.75 : 0.10 * POINT

INK = '#1a1a1a'
GREY = '#5f5f5f'
Y_COLOR = INK
# How many em there are between a panel's axes and what stands above them.
ABOVE = 0

set border linewidth 1.2 linecolor rgb INK
# SVG's ticks and rows of a legend are further apart than the other terminals'.
SVG = GPVAL_TERM eq 'svg'
KEY_SPACING = SVG ? 0.84 : 1.05
KEY_FONT = exists('KEY_SIZE') ? size(KEY_SIZE) : ''
set tics textcolor rgb INK scale (SVG ? 0.4 : 0.6) nomirror out
if (SVG) {
    set xtics offset 0, 0.3
}
set minussign
unset key

# Colours of curves: Okabe and Ito's, which colour-blind people can tell apart, in an order in which
# neighbours differ when printed in grey too.
set linetype 1 linecolor rgb '#0072b2' linewidth 3 dashtype solid
set linetype 2 linecolor rgb '#e69f00' linewidth 3 dashtype solid
set linetype 3 linecolor rgb '#000000' linewidth 3 dashtype solid
set linetype 4 linecolor rgb '#d55e00' linewidth 3 dashtype solid
set linetype 5 linecolor rgb '#56b4e9' linewidth 3 dashtype solid
set linetype 6 linecolor rgb '#009e73' linewidth 3 dashtype solid
