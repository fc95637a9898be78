#!/bin/sh
# Prints a C file that holds the given files as byte arrays, for ls_template() of src/render.
set -eu
echo '/* Made by tools/embed.sh. */'
echo '#include "render/template.h"'
index=0
for file; do
    [ -r "$file" ] || exit 1
    echo "static const unsigned char template_${index}[] = {"
    od -An -v -tu1 "$file" | sed 's/  */,/g; s/^,//; s/$/,/'
    echo '0};'
    index=$((index + 1))
done
echo 'const struct ls_template ls_templates[] = {'
index=0
for file; do
    echo "    {\"$(basename "$file")\", (const char *)template_$index},"
    index=$((index + 1))
done
echo '    {0, 0},'
echo '};'
