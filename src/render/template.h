/* The gnuplot templates of plots/, embedded at build time by tools/embed.sh. */
#ifndef LANDSCAPE_RENDER_TEMPLATE_H
#define LANDSCAPE_RENDER_TEMPLATE_H

struct ls_template {
    const char *name; /* "contour.gp" */
    const char *text; /* zero-terminated */
};

extern const struct ls_template ls_templates[]; /* ends with a NULL name */

#endif
