#include "render/contour_csv.h"
#include "render/contour_panel.h"
#include "render/script.h"

static void add_line(struct ls_script *text, const struct ls_lines *lines, size_t l, double level) {
    const struct ls_line *line = &lines->lines[l];
    for (size_t i = line->first; i < line->first + line->count; i++)
        ls_script_add(text, "%zu,%.9g,%.9g,%.9g\n", l + 1, level, lines->points[i].x,
                      lines->points[i].y);
}

enum ls_status ls_contour_csv_write(const struct ls_surface *surface,
                                    const struct ls_plot_options *options, const char *path,
                                    struct ls_error *error) {
    struct ls_levels levels;
    struct ls_field field = {0};
    struct ls_lines lines = {0};
    struct ls_script text = {0};
    enum ls_status status = ls_levels_choose(&levels, options, error);
    if (status == LS_OK)
        status = ls_contour_trace(surface, &levels, 1, &field, &lines, error);
    ls_script_add(&text, "line,level,x,y\n");
    for (size_t l = 0; l < lines.line_count && status == LS_OK; l++)
        add_line(&text, &lines, l, levels.height[lines.lines[l].level]);
    ls_field_free(&field);
    ls_lines_free(&lines);
    if (status == LS_OK)
        return ls_script_write(&text, path, error);
    ls_script_free(&text);
    return status;
}
