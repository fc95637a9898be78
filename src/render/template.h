/* The files of plots/ that figures and viewer are made from, embedded at build time by
 * tools/embed.sh. */
#ifndef LANDSCAPE_RENDER_TEMPLATE_H
#define LANDSCAPE_RENDER_TEMPLATE_H

struct ls_template {
    const char *name; /* "contour.gp" */
    const char *text; /* zero-terminated */
};

/* The content of the file called `name`; NULL if this build has none. */
const char *ls_template(const char *name);

extern const struct ls_template ls_templates[]; /* ends with a NULL name */

#endif
