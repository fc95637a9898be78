// One surface as triangles, and how they are lit.

// The world: the plane of all surfaces together within [-1, 1]^2, heights 0 to `tall` upwards.
const tall = 1;

// Maps (a, b) to the world's plane with equal units, though no side gets too narrow to see.
class Plane {
  constructor(grids) {
    this.x = [Math.min(...grids.map((g) => g.x[0])), Math.max(...grids.map((g) => g.x[g.nx - 1]))];
    this.y = [Math.min(...grids.map((g) => g.y[0])), Math.max(...grids.map((g) => g.y[g.ny - 1]))];
    const width = this.x[1] - this.x[0],
      depth = this.y[1] - this.y[0];
    const longer = Math.max(width, depth);
    this.sx = Math.max(width / longer, 0.4); // half the sides of the box
    this.sy = Math.max(depth / longer, 0.4);
  }

  toX(a) {
    return this.sx * ((2 * (a - this.x[0])) / (this.x[1] - this.x[0]) - 1);
  }

  toY(b) {
    return this.sy * ((2 * (b - this.y[0])) / (this.y[1] - this.y[0]) - 1);
  }

  toA(x) {
    return this.x[0] + ((x / this.sx + 1) / 2) * (this.x[1] - this.x[0]);
  }

  toB(y) {
    return this.y[0] + ((y / this.sy + 1) / 2) * (this.y[1] - this.y[0]);
  }
}

// How much of the sky each sample sees, 0 to 1, from the horizon in eight directions: z[ny][nx] are
// heights 0 to 1.
function skyLight(z, nx, ny) {
  const light = new Float32Array(z.length);
  const stride = Math.max(1, Math.max(nx, ny) / 51),
    cell = 2 / (Math.max(nx, ny) - 1);
  const steps = [1, 2, 4, 7, 11].map((step) => Math.round(step * stride));
  const directions = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
    [1, 1],
    [-1, 1],
    [1, -1],
    [-1, -1],
  ];
  for (let j = 0; j < ny; j++)
    for (let i = 0; i < nx; i++) {
      const k = j * nx + i;
      let blocked = 0;
      for (const [di, dj] of directions) {
        let highest = 0;
        for (const step of steps) {
          const u = i + di * step,
            v = j + dj * step;
          if (u < 0 || v < 0 || u >= nx || v >= ny) break;
          const rise = (z[v * nx + u] - z[k]) * tall;
          if (rise > 0)
            highest = Math.max(highest, rise / Math.hypot(rise, step * cell * Math.hypot(di, dj)));
        }
        blocked += highest;
      }
      light[k] = 1 - blocked / directions.length;
    }
  return light;
}

// Upward normals [ny][nx][3] of heights z over a refined grid; one-sided beside holes.
function normals(field, z, plane) {
  const { nx, ny } = field,
    out = new Float32Array(3 * nx * ny);
  const x = field.x.map((a) => plane.toX(a)),
    y = field.y.map((b) => plane.toY(b));
  const rise = (k, step, at, i) => {
    const before = i > 0 && !Number.isNaN(z[k - step]) ? 1 : 0;
    const after = i + 1 < at.length && !Number.isNaN(z[k + step]) ? 1 : 0;
    if (!before && !after) return 0;
    return (tall * (z[k + after * step] - z[k - before * step])) / (at[i + after] - at[i - before]);
  };
  for (let j = 0, k = 0; j < ny; j++)
    for (let i = 0; i < nx; i++, k++) {
      const dx = -rise(k, 1, x, i),
        dy = -rise(k, nx, y, j),
        length = Math.hypot(dx, dy, 1);
      out.set([dx / length, dy / length, 1 / length], 3 * k);
    }
  return out;
}

// Two triangles for every cell all of whose corners have a height.
function triangles(z, nx, ny) {
  const index = new Uint32Array(6 * (nx - 1) * (ny - 1));
  let count = 0;
  for (let j = 0; j + 1 < ny; j++)
    for (let i = 0; i + 1 < nx; i++) {
      const k = j * nx + i;
      if (Number.isNaN(z[k] + z[k + 1] + z[k + nx] + z[k + nx + 1])) continue;
      // Along the diagonal that bends less.
      if (Math.abs(z[k] - z[k + nx + 1]) < Math.abs(z[k + 1] - z[k + nx]))
        index.set([k, k + 1, k + nx + 1, k, k + nx + 1, k + nx], count);
      else index.set([k, k + 1, k + nx, k + 1, k + nx + 1, k + nx], count);
      count += 6;
    }
  return index.subarray(0, count);
}

// Where a height lies between the levels: the index of the level at a level, linear between.
function levelIndex(unit, levels) {
  if (levels.length < 2) return levels.length ? 20 * (unit - levels[0]) : -1;
  const i = interval(levels, unit);
  return i + (unit - levels[i]) / (levels[i + 1] - levels[i]);
}

const vertexShader = `
attribute float tone, sky, level;
attribute vec2 cell;
varying float vTone, vSky, vLevel;
varying vec2 vCell;
varying vec3 vNormal, vView;
void main() {
  vTone = tone; vSky = sky; vLevel = level; vCell = cell;
  vec4 at = modelViewMatrix * vec4(position, 1.0);
  vNormal = normalMatrix * normal;
  vView = -at.xyz;
  gl_Position = projectionMatrix * at;
}`;

// Key light from the upper left behind the viewer, light of the sky from above, a soft highlight.
// Lines are as wide everywhere on the screen, and fade where they would run together.
const fragmentShader = `
uniform sampler2D map;
uniform float lines, wires, levels, pixel;
uniform vec3 zenith;
varying float vTone, vSky, vLevel;
varying vec2 vCell;
varying vec3 vNormal, vView;
float line(float at, float width, float room) {
  float change = max(fwidth(at), 1e-6);
  float away = abs(at - floor(at + 0.5)) / change;
  return (1.0 - smoothstep(width - 0.5, width + 0.5, away)) * (1.0 - smoothstep(0.5 * room, room, change));
}
void main() {
  vec3 colour = vTone < -0.01 ? vec3(0.6) : texture2D(map, vec2((vTone * 255.0 + 0.5) / 256.0, 0.5)).rgb;
  vec3 view = normalize(vView), normal = normalize(vNormal);
  float front = gl_FrontFacing ? 1.0 : -1.0;
  normal *= front;
  vec3 key = normalize(vec3(-0.45, 0.75, 0.6));
  float diffuse = 0.5 + 0.5 * dot(normal, key);
  float ambient = 0.5 + 0.5 * dot(normal, zenith * front);
  float shine = pow(max(dot(normal, normalize(key + view)), 0.0), 40.0);
  vec3 lit = colour * (0.3 + 0.2 * ambient + 0.62 * diffuse) * mix(0.68, 1.0, vSky) + 0.12 * shine * vSky;
  if (front < 0.0) lit = mix(colour, vec3(dot(colour, vec3(0.33))), 0.35) * (0.42 + 0.3 * diffuse);
  float contour = line(vLevel, 0.55 * pixel, 0.45);
  float nearest = floor(vLevel + 0.5);
  if (nearest < -0.5 || nearest > levels - 0.5) contour = 0.0;
  float wire = max(line(vCell.x, 0.4 * pixel, 0.3), line(vCell.y, 0.4 * pixel, 0.3));
  lit = mix(lit, lit * 0.35, lines * contour * 0.75);
  lit = mix(lit, lit * 0.45, wires * wire * 0.6);
  gl_FragColor = vec4(lit, 1.0);
}`;

// The mesh of one surface, made anew when scales change.
class Relief {
  constructor(field, plane, map) {
    this.field = field;
    this.plane = plane;
    this.material = new THREE.ShaderMaterial({
      vertexShader,
      fragmentShader,
      side: THREE.DoubleSide,
      extensions: { derivatives: true },
      uniforms: {
        map: { value: map },
        lines: { value: 1 },
        wires: { value: 0 },
        levels: { value: 0 },
        pixel: { value: 1 },
        zenith: { value: new THREE.Vector3() },
      },
    });
    this.mesh = new THREE.Mesh(new THREE.BufferGeometry(), this.material);
    this.mesh.frustumCulled = false;
    this.scene = new THREE.Scene();
    this.scene.add(this.mesh);
    this.addPlace();
  }

  // What does not change with the scales: columns x and y, and the position in samples.
  addPlace() {
    const { x, y, nx, ny, parts } = this.field;
    this.position = new Float32Array(3 * nx * ny);
    const cell = new Float32Array(2 * nx * ny);
    for (let j = 0, k = 0; j < ny; j++)
      for (let i = 0; i < nx; i++, k++) {
        this.position.set([this.plane.toX(x[i]), this.plane.toY(y[j])], 3 * k);
        cell.set([i / parts, j / parts], 2 * k);
      }
    this.mesh.geometry.setAttribute('cell', new THREE.BufferAttribute(cell, 2));
  }

  // See Panel.shape.
  shape({ heights, tones, levels, samples }) {
    const { field, position } = this,
      { nx, ny, grid, parts } = field;
    const set = (name, array, size) =>
      this.mesh.geometry.setAttribute(name, new THREE.BufferAttribute(array, size));
    const light = skyLight(samples, grid.nx, grid.ny),
      sky = new Float32Array(nx * ny);
    for (let j = 0, k = 0; j < ny; j++)
      for (let i = 0; i < nx; i++, k++) {
        position[3 * k + 2] = Number.isNaN(heights[k]) ? 0 : tall * heights[k];
        sky[k] = bilinear(light, grid.nx, grid.ny, i / parts, j / parts);
      }
    set('position', position, 3);
    set('normal', normals(field, heights, this.plane), 3);
    set(
      'tone',
      tones.map((tone) => (Number.isNaN(tone) ? -1 : tone)),
      1,
    );
    set('sky', sky, 1);
    set(
      'level',
      heights.map((height) => levelIndex(height, levels)),
      1,
    );
    this.mesh.geometry.setIndex(new THREE.BufferAttribute(triangles(heights, nx, ny), 1));
    this.material.uniforms.levels.value = levels.length;
  }
}
