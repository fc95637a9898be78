// Scales: a quantity's values as heights from 0 to 1, their ticks, and numbers as text.

const superscript = (text) => [...text].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[c])).join('');

// A number in at most `digits` digits: 0.25, −12, 2×10⁵.
function format(value, digits = 4) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 0.99995e5 && size >= 0.99995e-3)
    return String(Number(value.toPrecision(digits))).replace('-', '−');
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  const front = Number(mantissa);
  const power = '10' + superscript(String(Number(exponent)));
  return (front === 1 ? power : `${front}×${power}`).replace(/^-/, '−');
}

// A value with its standard error, both up to the second digit of that: 0.0499 ± 0.0090.
function formatSpread(value, error) {
  const exponent = (number) => Number(number.toExponential(1).split('e')[1]);
  const places = 1 - exponent(error);
  if (places >= 0 && places <= 6 && Math.abs(value) < 0.99995e5)
    return `${value.toFixed(places)} ± ${error.toFixed(places)}`.replace(/^-/, '−');
  const digits = exponent(value) + places + 1;
  return `${format(value, Math.min(Math.max(digits, 1), 6))} ± ${format(error, 2)}`;
}

// 1, 2 or 5 times a power of ten, at least `step`.
function niceStep(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].find((digit) => digit * power >= step * (1 - 1e-9)) * power;
}

// Multiples of a nice step within [low, high], about `count` of them.
function linearTicks(low, high, count) {
  const step = niceStep((high - low) / count);
  const first = Math.ceil(low / step - 1e-9),
    last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, i) => (first + i) * step);
}

// 1, 2 and 5 times powers of ten within [low, high], thinned to decades when they are many.
function logTicks(low, high, count) {
  const first = Math.floor(Math.log10(low)),
    last = Math.ceil(Math.log10(high)),
    decades = Math.log10(high / low);
  if (decades < 0.8) return linearTicks(low, high, count);
  const skip = Math.max(1, Math.ceil(decades / count)),
    digits = 3 * decades <= 1.5 * count ? [1, 2, 5] : [1];
  const ticks = [];
  for (let decade = first; decade <= last; decade++)
    for (const digit of digits) if (decade % skip === 0) ticks.push(Number(`${digit}e${decade}`));
  return ticks.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
}

class Scale {
  // range: of the values, as extent() gives it; clip: values above are drawn there, null: nowhere.
  constructor({ min, max, positive }, { log, clip }) {
    this.log = log && positive > 0;
    this.low = this.log ? positive : min;
    this.high = clip !== null && clip > this.low && clip < max ? clip : max;
    this.clipped = this.high < max;
    const [low, high] = [this.bend(this.low), this.bend(this.high)];
    // A flat surface lies halfway up.
    this.flat = !(high - low > 1e-9 * Math.max(Math.abs(high), Math.abs(low), 1e-9));
    const room = this.flat ? Math.max(0.05 * Math.abs(low), 0.05) : 0;
    this.bottom = low - room;
    this.span = high - low + 2 * room;
  }

  bend(value) {
    return this.log ? Math.log10(Math.max(value, this.low)) : value;
  }

  // The height of a value, 0 to 1; NaN stays.
  unit(value) {
    return Math.min(Math.max((this.bend(value) - this.bottom) / this.span, 0), 1);
  }

  // The value at a height.
  value(unit) {
    const bent = this.bottom + unit * this.span;
    return this.log ? 10 ** bent : bent;
  }

  ticks(count) {
    const ticks = this.log ? logTicks : linearTicks;
    return ticks(this.value(0), this.value(1), count);
  }

  // The contour lines, some twelve nice values strictly inside the scale: heights, rising, and texts.
  levels() {
    const values = this.flat
      ? []
      : this.ticks(12).filter((value) => Math.abs(this.unit(value) - 0.5) < 0.496);
    return {
      levels: values.map((value) => this.unit(value)),
      levelText: values.map((value) => format(value)),
    };
  }
}
