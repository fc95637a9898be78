// The picture as it stands, as PNG.

// Draws panels side by side, with names above and the colour bar below, and hands the file out.
function savePicture(panels, state, title, scale, colours, barName) {
  const views = panels.map((panel) => (panel.view || panel.plan).canvas);
  const style = canvasStyle(views[0], views[0].width / views[0].clientWidth),
    em = style.size;
  const columns = Math.min(panels.length, panels.length === 4 ? 2 : 3),
    rows = Math.ceil(panels.length / columns);
  const cell = panels.map((panel, i) => size(panel, views[i], state));
  const width = Math.max(...cell.map((c) => c.width)),
    height = Math.max(...cell.map((c) => c.height));
  const canvas = document.createElement('canvas'),
    context = canvas.getContext('2d');
  const margin = 1.5 * em,
    top = margin + (title ? 3 * em : 0),
    foot = 5 * em;
  canvas.width = Math.round(columns * (width + margin) + margin);
  canvas.height = Math.round(top + rows * (height + 4 * em) + foot);
  context.fillStyle = style.paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textAlign = 'center';
  context.textBaseline = 'top';
  write(
    context,
    title,
    canvas.width / 2,
    margin,
    1.6 * em,
    style.ink,
    style.font,
    canvas.width - 2 * margin,
  );
  panels.forEach((panel, i) => {
    const x = margin + (i % columns) * (width + margin),
      y = top + Math.floor(i / columns) * (height + 4 * em);
    write(context, panel.grid.name, x + width / 2, y, 1.25 * em, style.ink, style.font, width);
    write(context, panel.grid.detail, x + width / 2, y + 1.8 * em, em, style.muted, style.font, width);
    context.drawImage(views[i], Math.round(x + (width - cell[i].width) / 2), Math.round(y + 3.5 * em));
    if (panel.view && state.plan) {
      const plan = panel.plan.canvas,
        beside = cell[i].beside;
      context.drawImage(
        plan,
        Math.round(
          beside ? x + (width - cell[i].width) / 2 + views[i].width : x + (width - plan.width) / 2,
        ),
        Math.round(y + 3.5 * em + (beside ? (height - plan.height) / 2 : views[i].height)),
      );
    }
  });
  const wide = Math.min(24 * em, canvas.width - 2 * margin),
    bar = {
      x: (canvas.width - wide) / 2,
      y: canvas.height - foot + 0.4 * em,
      width: wide,
      height: 2.4 * em,
    };
  drawBar(context, bar, scale, colours, style);
  context.textAlign = 'center';
  context.textBaseline = 'top';
  write(context, barName, canvas.width / 2, bar.y + 2.6 * em, em, style.ink, style.font, wide);
  return canvas;
}

// The pixels that a panel's pictures take, beside each other or one above the other as on the page.
function size(panel, view, state) {
  if (!panel.view || !state.plan) return { width: view.width, height: view.height, beside: false };
  const plan = panel.plan.canvas;
  const beside = plan.getBoundingClientRect().left > view.getBoundingClientRect().right - 1;
  return beside
    ? { beside, width: view.width + plan.width, height: Math.max(view.height, plan.height) }
    : { beside, width: Math.max(view.width, plan.width), height: view.height + plan.height };
}

function write(context, text, x, y, size, colour, font, width) {
  context.fillStyle = colour;
  context.font = `${size}px ${font}`;
  context.fillText(text, x, y, width);
}

function download(canvas, name) {
  canvas.toBlob((blob) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }, 'image/png');
}
